//! Tasks on the process's own executor, legacy: each goes on when its handle is dropped,
//! and gives back what it had done when it is told to `cancel`.
//! async-std is discontinued; the way out is smol, on whose executor it stands.
//!
//! # What to notice
//! - A panic is raised again in whoever awaits the task, when its turn comes. Caught within,
//!   it is known at once.
//! - Awaiting in input order says nothing of a fault further down, so the first one to
//!   happen comes through a channel; that closes by itself if there is none.
//! - A handle that is dropped detaches its task: without `cancel` the siblings go on.
//!
//! # When not to use this
//! In anything new (RUSTSEC-2025-0052). The move to smol changes the imports, `timeout`,
//! which is a race with a timer there, and what a dropped handle does.

use std::panic::AssertUnwindSafe;

use anyhow::Result;
use async_std::{
    channel,
    future::timeout,
    sync::Arc,
    task::{self, sleep},
};
use futures_util::FutureExt;
use test_fixtures::Outcome;

use crate::{Done, Job, Output, TaskError, outcome};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let job = Arc::new(job.clone());
    let (fault, faults) = channel::unbounded();
    task::block_on(async {
        let mut tasks = Vec::with_capacity(job.tasks);
        for task in 0..job.tasks {
            let (job, fault) = (Arc::clone(&job), fault.clone());
            tasks.push(task::spawn(async move {
                let done = timeout(job.timeout(), persist(&job, task));
                let outcome = match AssertUnwindSafe(done).catch_unwind().await {
                    Ok(in_time) => outcome(in_time.unwrap_or(Err(TaskError::TimedOut))),
                    Err(panic) => panic.into(),
                };
                if job.stops_at(&outcome) {
                    let sent = fault.try_send(task);
                    sent.expect("the receiver outlives the tasks, and has room for all");
                }
                outcome
            }));
        }
        drop(fault);
        let first = faults.recv().await.ok();
        let mut outcomes = Vec::with_capacity(job.tasks);
        for task in tasks {
            outcomes.push(match first {
                Some(_) => task.cancel().await.unwrap_or(Outcome::Cancelled),
                None => task.await,
            });
        }
        Ok(Output { first, outcomes })
    })
}

/// A task, tried again while its error is transient and a retry is left.
async fn persist(job: &Job, task: usize) -> Result<Done, TaskError> {
    let mut attempts = job.attempts(task);
    loop {
        let attempt = attempts.begin();
        if let Some(time) = attempt.wait() {
            sleep(time).await;
        }
        match attempt.finish() {
            Err(error)
                if error.is_transient()
                    && let Some(pause) = attempts.pause() =>
            {
                sleep(pause).await;
            }
            result => return result,
        }
    }
}
