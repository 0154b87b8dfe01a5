//! `AtomicU64::fetch_add`: each worker is a thread, and the processor itself adds in one
//! step.
//!
//! # What to notice
//! - There is no lock to hold, so a panic comes before an increment or after it, never
//!   within: nothing can be half-done.
//! - `Relaxed` suffices. Additions to one atomic never get lost under any ordering, no
//!   other data is published by it, and the join orders the last read after all of them.
//!
//! # When not to use this
//! As soon as two values must change together, or the new value takes more than one
//! operation to find: then it is a lock, or a `compare_exchange` loop.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

use anyhow::Result;
use test_fixtures::Outcome;

use crate::{Counter, Job, Output};

/// Counts with a thread a worker and an atomic addition.
pub fn run(job: &Job) -> Result<Output> {
    let counter = AtomicU64::new(0);
    let outcomes = thread::scope(|scope| {
        let threads = (0..job.workers.get())
            .map(|worker| {
                let counter = &counter;
                let thread = thread::Builder::new().name(format!("worker {worker}"));
                thread.spawn_scoped(scope, move || {
                    let mut last = None;
                    for nth in 0..job.increments {
                        job.work(worker, nth);
                        last = Some(counter.fetch_add(1, Relaxed) + 1);
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
        counter: Counter::from(counter.into_inner()),
        outcomes,
    })
}
