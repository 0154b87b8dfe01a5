//! `async_std::sync::Mutex`, legacy: each worker is a task on the process's own executor.
//! async-std is discontinued; the way out is smol, whose lock this is under another name.
//!
//! # What to notice
//! - The executor has as many threads as `ASYNC_STD_THREAD_COUNT` says when it is first
//!   used; async-std has no function for it, so the trial's environment obeys the job.
//! - Its threads stay when the job is done: nothing can end them but the process.
//! - A task's panic is raised again in whoever awaits it, and the lock does not poison.
//!
//! # When not to use this
//! In anything new. The move to smol changes the imports, `task::spawn` to `smol::spawn`
//! and `ASYNC_STD_THREAD_COUNT` to `SMOL_THREADS`, by default one; and a handle that is
//! dropped cancels its task there, where here it detaches.

use std::panic::AssertUnwindSafe;

use anyhow::Result;
use async_std::{
    sync::{Arc, Mutex},
    task,
};
use futures_util::FutureExt;
use test_fixtures::Outcome;

use crate::{Counter, Job, Output};

/// Counts with a task a worker and a lock that is awaited.
pub fn run(job: &Job) -> Result<Output> {
    let job = *job;
    let counter = Arc::new(Mutex::new(Counter::default()));
    task::block_on(async {
        let tasks: Vec<_> = (0..job.workers.get())
            .map(|worker| {
                let counter = Arc::clone(&counter);
                task::spawn(async move {
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
            let ended = AssertUnwindSafe(task).catch_unwind().await;
            outcomes.push(ended.unwrap_or_else(Outcome::from));
        }
        let counter = *counter.lock().await;
        Ok(Output {
            poisoned: false,
            counter,
            outcomes,
        })
    })
}
