//! The least time of the cure of `oversubscribed`, which is what a comparison measures.

use std::time::{Duration, Instant};

use test_fixtures::{Floor, cores};

use crate::{Hazard, Job, Kind, work::turn::turn};

/// How many turns are measured; the best counts, since whatever else the machine does only
/// adds.
const SAMPLE: u64 = 2_000;

/// The turns on one core ÷ the workers that run at once; none for other jobs, which are
/// made of waits that no bound is known for.
pub(crate) fn floor(job: &Job) -> Option<Floor> {
    if job.hazards != [Hazard::Oversubscribed] || job.pieces != [Kind::Cure] {
        return None;
    }
    let time = |nth| {
        let clock = Instant::now();
        turn(0, nth);
        clock.elapsed()
    };
    let best = (0..SAMPLE).map(time).min().unwrap_or_default();
    let one_core = best.as_nanos() as u64 * job.turns_in_all();
    let side_by_side = job.workers.min(cores()).get();
    let reason = format!(
        "{} turns of {:.1} µs ÷ {side_by_side} cores",
        job.turns_in_all(),
        best.as_nanos() as f64 / 1e3
    );
    let one_core = Duration::from_nanos(one_core);
    Some(Floor::new(one_core / side_by_side as u32, reason).one_core(one_core))
}
