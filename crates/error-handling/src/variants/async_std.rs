//! Tasks on the process's own executor, legacy: each goes on when its handle is dropped,
//! and gives back what it had done when it is told to `cancel`.
//! async-std is discontinued; the way out is smol, on whose executor it stands.
//!
//! # What to notice
//! - A panic is raised again in whoever awaits the task, when its turn comes. Caught within,
//!   it is known at once.
//! - Awaiting in input order says nothing of a fault further down, so the first one to
//!   happen comes through a channel, which races the awaiting.
//! - A handle that is dropped detaches its task: without `cancel` the siblings go on.
//!   `join_all` tells all at once, and waits until they are gone.
//!
//! # When not to use this
//! In anything new (RUSTSEC-2025-0052). The move to smol changes the imports, `timeout`,
//! which is a race with a timer there, and what a dropped handle does.

use std::{panic::AssertUnwindSafe, pin::pin};

use anyhow::Result;
use async_std::{
    channel,
    future::timeout,
    sync::Arc,
    task::{self, sleep},
};
use futures_util::future::{FutureExt, join_all, select};
use test_fixtures::Outcome;

use crate::{Done, Job, Output, TaskError, outcome};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let (fault, faults) = channel::unbounded();
    let shared = Arc::new((job.clone(), fault));
    task::block_on(async {
        let mut tasks = Vec::with_capacity(job.tasks);
        for task in 0..job.tasks {
            let shared = Arc::clone(&shared);
            tasks.push(task::spawn(async move {
                let (job, fault) = &*shared;
                let ended = AssertUnwindSafe(timeout(job.timeout(), persist(job, task)))
                    .catch_unwind()
                    .await;
                let outcome = match ended {
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
        let mut outcomes = Vec::with_capacity(job.tasks);
        let all = async {
            for task in &mut tasks {
                outcomes.push(task.await);
            }
            faults.try_recv().ok()
        };
        let fault = async { faults.recv().await.ok() };
        let (first, _) = select(pin!(fault), pin!(all)).await.factor_first();
        let left = tasks.into_iter().enumerate().skip(outcomes.len());
        let stopped = left.map(|(index, task)| async move {
            match first == Some(index) {
                // It has told of its fault, and is about to end.
                true => task.await,
                false => task.cancel().await.unwrap_or(Outcome::Cancelled),
            }
        });
        outcomes.extend(join_all(stopped).await);
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
        let pause = match attempt.finish() {
            Err(error) if error.is_transient() => attempts.pause().ok_or(error)?,
            result => return result,
        };
        sleep(pause).await;
    }
}
