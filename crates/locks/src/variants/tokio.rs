//! `tokio::sync::Mutex`: each worker is a task, and a task that waits for the lock gives
//! its thread to the others.
//!
//! # What to notice
//! - First come, first served: whoever unlocks goes to the end of the queue, so the
//!   workers keep step with each other, and pay for it at every increment.
//! - A task may outlive the function that spawned it, so the counter is in an `Arc`. Here
//!   it doesn't: each is awaited, and the runtime's drop ends its threads.
//! - The lock does not poison. The panic is in the `JoinError`; that the counter is
//!   half-done is nowhere.
//!
//! # When not to use this
//! Whenever the guard is not held across an `.await`, as here: tokio's own documentation
//! prefers std's Mutex for data, and keeps this one for things like a connection.

use std::sync::Arc;

use anyhow::Result;
use test_fixtures::Outcome;
use tokio::{runtime, sync::Mutex};

use crate::{Counter, Job, Output};

/// Counts with a task a worker and a lock that is awaited.
pub fn run(job: &Job) -> Result<Output> {
    let job = *job;
    let counter = Arc::new(Mutex::new(Counter::default()));
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(job.threads.get())
        .build()?;
    runtime.block_on(async {
        let tasks: Vec<_> = (0..job.workers.get())
            .map(|worker| {
                let counter = Arc::clone(&counter);
                tokio::spawn(async move {
                    let mut last = None;
                    for nth in 0..job.increments {
                        let mut counter = counter.lock().await;
                        last = Some(counter.increment(|| job.work(worker, nth)));
                    }
                    Outcome::Ok(last)
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            let ended = task.await;
            outcomes.push(ended.unwrap_or_else(|error| error.into_panic().into()));
        }
        let counter = *counter.lock().await;
        Ok(Output {
            poisoned: false,
            counter,
            outcomes,
        })
    })
}
