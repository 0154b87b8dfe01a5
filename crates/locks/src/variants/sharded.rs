//! A counter a worker: each worker is a thread that counts alone, and the parts are added
//! up when all are done.
//!
//! # What to notice
//! - The compiler sees that each thread borrows a counter of its own: no lock, no atomic.
//! - `CachePadded` keeps two counters off one cache line, which the cores would otherwise
//!   pull to and fro although neither needs the other's.
//! - A panic breaks the worker's own counter only, and the join says whose it was: it is
//!   left out.
//!
//! # When not to use this
//! When the total is wanted while the workers still count: then the parts must be atomics,
//! and their sum is never of one moment.

use std::{io, thread};

use anyhow::Result;
use crossbeam_utils::CachePadded;
use test_fixtures::Outcome;

use crate::{Counter, Job, Output};

/// Counts with a thread and a counter a worker.
pub fn run(job: &Job) -> Result<Output> {
    let mut counters = vec![CachePadded::new(Counter::default()); job.workers.get()];
    let outcomes: Vec<_> = thread::scope(|scope| {
        let threads = (0..job.workers.get())
            .zip(&mut counters)
            .map(|(worker, counter)| {
                let thread = thread::Builder::new().name(format!("worker {worker}"));
                thread.spawn_scoped(scope, move || {
                    for nth in 0..job.increments {
                        counter.increment(|| job.work(worker, nth));
                    }
                    Outcome::Ok(None)
                })
            })
            .collect::<io::Result<Vec<_>>>()?;
        let outcomes = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(Outcome::from));
        io::Result::Ok(outcomes.collect())
    })?;
    let done = counters
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| outcome.ok().is_some());
    Ok(Output {
        poisoned: false,
        counter: done.map(|(counter, _)| **counter).sum(),
        outcomes,
    })
}
