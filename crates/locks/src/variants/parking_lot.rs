//! `parking_lot::Mutex`: each worker is a thread; one byte of lock, and the queue of those
//! who wait in a table beside it.
//!
//! # What to notice
//! - `lock` gives the guard, not a `Result`: there is no poison to unwrap.
//! - For the same reason a panic under the lock leaves the counter half-done, and whoever
//!   comes next is not told.
//! - Whoever unlocks may lock again before those who wait: `MutexGuard::unlock_fair` is
//!   there for when that starves somebody.
//!
//! # When not to use this
//! When a panic under the lock must not go unnoticed. And std's own lock has long been a
//! futex word: measure before you take on a dependency.

use std::{io, thread};

use anyhow::Result;
use parking_lot::Mutex;
use test_fixtures::Outcome;

use crate::{Counter, Job, Output};

/// Counts with a thread a worker and a lock that does not poison.
pub fn run(job: &Job) -> Result<Output> {
    let counter = Mutex::new(Counter::default());
    let outcomes = thread::scope(|scope| {
        let threads = (0..job.workers.get())
            .map(|worker| {
                let counter = &counter;
                let thread = thread::Builder::new().name(format!("worker {worker}"));
                thread.spawn_scoped(scope, move || {
                    let mut last = None;
                    for nth in 0..job.increments {
                        let mut counter = counter.lock();
                        last = Some(counter.increment(|| job.work(worker, nth)));
                    }
                    Outcome::Ok(last)
                })
            })
            .collect::<io::Result<Vec<_>>>()?;
        let outcomes = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(Outcome::from));
        io::Result::Ok(outcomes.collect())
    })?;
    Ok(Output {
        poisoned: false,
        counter: counter.into_inner(),
        outcomes,
    })
}
