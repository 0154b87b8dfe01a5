//! `thread::scope` and `chunks_mut`: the array is cut into parts that don't overlap, and each
//! thread borrows one.
//!
//! # What to notice
//! - `chunks_mut` is the whole proof: each part is a `&mut` of its own, so no lock is needed,
//!   and the compiler refuses a thread that reaches beyond its part.
//! - `zeroed` gives pages that nobody has touched; each is made by the thread that fills it.
//!   A `vec![1.0; n]` would touch them all here, on one core, before the first thread.
//! - The parts' sums are added in their order, so the last digits are the same in every run.
//!
//! # When not to use this
//! Where stretches take different times: a part is cut once, and nobody takes over what is
//! left of another's.

use std::{io, thread};

use anyhow::{Result, anyhow};
use test_fixtures::panic_message;

use crate::{Job, Output, room::zeroed};

/// Fills the array with a thread a part.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let parts = job.parts().zip(array.chunks_mut(job.share()));
    let sum = thread::scope(|scope| {
        let workers = parts.enumerate().map(|(number, (range, part))| {
            thread::Builder::new()
                .name(format!("worker {number}"))
                .spawn_scoped(scope, move || job.fill(range.start, part))
        });
        let workers = workers.collect::<io::Result<Vec<_>>>()?;
        // All are joined before the first panic ends the sum: a scope raises one that nobody
        // has joined.
        let sums: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        sums.into_iter()
            .sum::<thread::Result<f64>>()
            .map_err(|panic| anyhow!("a worker panicked: {}", panic_message(&*panic)))
    })?;
    Ok(Output::new(sum, array))
}
