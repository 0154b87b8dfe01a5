//! The least time: the same array made by as many threads of one process, with nothing to
//! hand over.

use std::{
    hint::black_box,
    io, thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use test_fixtures::Floor;

use crate::{
    Job,
    work::{squares, zeroed},
};

/// A fill that takes less is at the mercy of what else wants a core: it is done so many
/// times, and the least time counts.
const SHORT: Duration = Duration::from_millis(10);
const TIMES: usize = 5;

/// The time of a first-touch fill by as many threads as there are workers. None without
/// squares.
pub(crate) fn floor(job: &Job) -> Result<Option<Floor>> {
    if job.n == 0 {
        return Ok(None);
    }
    let mut kept = Vec::new();
    let shared = least(job.n, job.share(), &mut kept)?;
    let one_core = least(job.n, job.n, &mut kept)?;
    let threads = job.parts().len();
    let reason = format!(
        "{} double{} touched for the first time, by {threads} thread{}",
        job.n,
        if job.n == 1 { "" } else { "s" },
        if threads == 1 { "" } else { "s" }
    );
    Ok(Some(Floor::new(shared, reason).one_core(one_core)))
}

/// What is filled is kept: given back, its pages could come again, and would not be
/// fresh.
fn least(n: usize, share: usize, kept: &mut Vec<Vec<f64>>) -> Result<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..TIMES {
        let (time, array) = fill(n, share)?;
        kept.push(array);
        least = least.min(time);
        if time >= SHORT {
            break;
        }
    }
    Ok(least)
}

/// Fills fresh memory, one thread per share; where there is one share, without a thread.
fn fill(n: usize, share: usize) -> Result<(Duration, Vec<f64>)> {
    let clock = Instant::now();
    let mut array = zeroed(n)?;
    if share >= n {
        black_box(squares(0, &mut array));
    } else {
        thread::scope(|scope| {
            for (part, first) in array.chunks_mut(share).zip((0..).step_by(share)) {
                let fill = move || black_box(squares(first, part));
                thread::Builder::new().spawn_scoped(scope, fill)?;
            }
            io::Result::Ok(())
        })?;
    }
    Ok((clock.elapsed(), array))
}
