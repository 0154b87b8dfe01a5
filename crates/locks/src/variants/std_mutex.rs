//! `std::sync::Mutex`: each worker is a thread, and waits in the kernel while another
//! holds the lock.
//!
//! # What to notice
//! - The guard is a temporary: the lock is free again at the semicolon.
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
                let name = format!("worker {worker}");
                thread::Builder::new()
                    .name(name)
                    .spawn_scoped(scope, move || {
                        let mut last = None;
                        for nth in 0..job.increments {
                            match counter.lock() {
                                Ok(mut counter) => {
                                    last =
                                        Some(counter.increment(|| job.work(worker, nth)))
                                }
                                Err(poisoned) => {
                                    let why = poisoned.to_string();
                                    let class = Class::Other;
                                    return Outcome::Failed(Failure { class, why });
                                }
                            }
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
