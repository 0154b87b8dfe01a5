//! `smol::lock::Mutex`: each worker is a task on an executor of our own, and a task that
//! waits for the lock gives its thread to the others.
//!
//! # What to notice
//! - An executor is a value that threads run while they please; it ends with the function.
//!   So tasks may borrow the counter, where a global executor asks for an `Arc`.
//! - Whoever unlocks may lock again at once, past those who wait; only behind one that has
//!   starved for 0.5 ms must newcomers queue.
//! - A task's panic is raised again in whoever awaits it, and the lock does not poison.
//!
//! # When not to use this
//! Whenever the guard is not held across an `.await`, as here: std's Mutex is cheaper.

use std::{panic::AssertUnwindSafe, thread};

use anyhow::Result;
use smol::{
    Executor, channel,
    future::{FutureExt, block_on},
    lock::Mutex,
};
use test_fixtures::Outcome;

use crate::{Counter, Job, Output};

/// Counts with a task a worker and a lock that is awaited.
pub fn run(job: &Job) -> Result<Output> {
    let counter = Mutex::new(Counter::default());
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for index in 0..job.threads.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let tasks: Vec<_> = (0..job.workers.get())
            .map(|worker| {
                let counter = &counter;
                executor.spawn(async move {
                    let mut last = None;
                    for nth in 0..job.increments {
                        let mut counter = counter.lock().await;
                        last = Some(counter.increment(|| job.work(worker, nth)));
                    }
                    Outcome::Ok(last)
                })
            })
            .collect();
        block_on(async {
            let mut outcomes = Vec::new();
            for task in tasks {
                let ended = AssertUnwindSafe(task).catch_unwind().await;
                outcomes.push(ended.unwrap_or_else(Outcome::from));
            }
            let counter = *counter.lock().await;
            // Every `recv` fails now, and with it every thread's `run` ends.
            drop(signal);
            Ok(Output {
                poisoned: false,
                counter,
                outcomes,
            })
        })
    })
}
