//! The least time: the same work on one core, divided by the cores that can share it.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use test_fixtures::{Floor, cores};

use crate::{Job, work::count_primes};

/// A sample is this many numbers in a row.
const SAMPLE: u64 = 1024;
/// How long to go on sampling.
const ENOUGH: Duration = Duration::from_millis(60);

/// The time of the job's divisions on one core ÷ the workers that run at once; for tasks
/// that wait instead, the longest row of them that one worker has. None for tasks that do
/// nothing or both: what bounds them is the pool itself, or how the two overlap. None where
/// other machines may have a part of it.
pub(crate) fn floor(job: &Job) -> Option<Floor> {
    if job.names_hosts {
        return None;
    }
    if job.noop && job.wait_us > 0 {
        return waiting(job);
    }
    if job.noop || job.wait_us > 0 || job.ranges == 0 || job.below == 0 {
        return None;
    }
    let one_core = one_core(job.below);
    let cores = cores().get();
    let workers = job.workers.get();
    let (bound, of) = if workers <= cores {
        (workers, "worker")
    } else {
        (cores, "core")
    };
    let s = if bound == 1 { "" } else { "s" };
    let milliseconds = one_core.as_secs_f64() * 1e3;
    let reason =
        format!("{milliseconds:.1} ms of division on one core ÷ {bound} {of}{s}");
    Some(Floor::new(one_core / bound as u32, reason).one_core(one_core))
}

/// The floor of tasks that wait.
fn waiting(job: &Job) -> Option<Floor> {
    let each = u32::try_from(job.ranges.div_ceil(job.workers.get())).ok()?;
    let reason = format!("{:?} of waiting × {each} tasks of one worker", job.wait());
    Some(Floor::new(job.wait() * each, reason))
}

/// What the divisions take on one core: measured whole if that is quick, else by samples
/// that lie evenly between cheap small numbers and dear large ones.
fn one_core(below: u64) -> Duration {
    let samples = below.div_ceil(SAMPLE);
    // Steps of the golden ratio spread any number of samples evenly; as the step and the
    // count have no common divisor, no sample comes twice.
    let step = (1 + (samples as f64 * 0.618_034) as u64..)
        .find(|step| greatest_common_divisor(*step, samples) == 1)
        .expect("some number has no divisor in common");
    let clock = Instant::now();
    let (mut at, mut numbers) = (0, 0);
    for _ in 0..samples {
        let start = at * SAMPLE;
        let end = below.min(start + SAMPLE);
        black_box(count_primes(start..end));
        numbers += end - start;
        at = (at + step) % samples;
        if clock.elapsed() > ENOUGH {
            break;
        }
    }
    clock.elapsed().mul_f64(below as f64 / numbers as f64)
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
