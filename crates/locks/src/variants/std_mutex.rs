//! `std::sync::Mutex`: each worker is a thread; while another holds the lock it spins for
//! a moment, then sleeps in the kernel.
//!
//! # What to notice
//! - The guard is the only way to the counter, and its end is the unlock.
//! - A panic under the lock poisons it. The other workers learn at their next `lock` that
//!   the counter may be half-done, and stop instead of counting on.
//! - Threads of a scope borrow the counter; no `Arc` is needed.
//!
//! # When not to use this
//! For a single number: an atomic does it without a lock. In async code, while the guard
//! would be held across an `.await`.

use std::{
    io,
    sync::{Mutex, PoisonError},
    thread,
};

use anyhow::Result;
use test_fixtures::{Class, Failure, Outcome};

use crate::{Counter, Job, Output};

/// Counts with a thread a worker and a lock that poisons.
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
                        let mut counter = match counter.lock() {
                            Ok(counter) => counter,
                            Err(error) => return failed(&error),
                        };
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
        poisoned: counter.is_poisoned(),
        counter: counter.into_inner().unwrap_or_else(PoisonError::into_inner),
        outcomes,
    })
}

/// What becomes of a worker that finds the lock poisoned.
fn failed<T, G>(error: &PoisonError<G>) -> Outcome<T> {
    Outcome::Failed(Failure {
        class: Class::Other,
        why: error.to_string(),
    })
}
