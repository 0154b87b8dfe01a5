//! The least time: the same array made by as many threads of one process, with nothing to
//! hand over.

use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use test_fixtures::Floor;

use crate::{Job, room::zeroed, work::squares};

/// The time of a first-touch fill by as many threads as there are workers. None without
/// squares.
pub(crate) fn floor(job: &Job) -> Result<Option<Floor>> {
    if job.n == 0 {
        return Ok(None);
    }
    let shared = fill(job.n, job.share())?;
    let one_core = fill(job.n, job.n)?;
    let threads = job.parts().len();
    let reason = format!(
        "{} double{} touched for the first time, by {threads} thread{}",
        job.n,
        if job.n == 1 { "" } else { "s" },
        if threads == 1 { "" } else { "s" }
    );
    Ok(Some(Floor::new(shared, reason).one_core(one_core)))
}

/// Fills fresh memory, a thread a share; where there is one share, without a thread.
fn fill(n: usize, share: usize) -> Result<Duration> {
    let clock = Instant::now();
    let mut array = zeroed(n)?;
    if share >= n {
        black_box(squares(0, &mut array));
    } else {
        thread::scope(|scope| {
            for (part, first) in array.chunks_mut(share).zip((0..).step_by(share)) {
                scope.spawn(move || black_box(squares(first, part)));
            }
        });
    }
    let elapsed = clock.elapsed();
    drop(black_box(array));
    Ok(elapsed)
}
