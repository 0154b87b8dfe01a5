//! Tasks on an executor of our own: each is a future, which is cancelled when it is
//! dropped, and gives back what it had done when it is told to `cancel`.
//!
//! # What to notice
//! - A panic is raised again in whoever awaits the task, when its turn comes. Caught within,
//!   it is known at once.
//! - Awaiting in input order says nothing of a fault further down, so the first one to
//!   happen comes through a channel, which races the awaiting.
//! - `cancel` waits until the task is gone, and gives back what it had come to. One after
//!   the other, the last sibling would work on meanwhile; `join_all` tells all at once.
//!
//! # When not to use this
//! When a dropped handle must not stop the work: `detach` it, and then nobody learns what
//! became of it.

use std::{panic::AssertUnwindSafe, thread};

use anyhow::Result;
use futures_util::future::join_all;
use smol::{
    Executor, Timer, channel,
    future::{FutureExt, block_on},
};
use test_fixtures::Outcome;

use crate::{Done, Job, Output, TaskError, outcome};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let (fault, faults) = channel::unbounded();
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for index in 0..job.workers.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let mut tasks = Vec::with_capacity(job.tasks);
        for task in 0..job.tasks {
            let fault = &fault;
            tasks.push(executor.spawn(async move {
                let ended = AssertUnwindSafe(persist(job, task).or(late(job)))
                    .catch_unwind()
                    .await;
                let outcome = match ended {
                    Ok(result) => outcome(result),
                    Err(panic) => panic.into(),
                };
                if job.stops_at(&outcome) {
                    let sent = fault.try_send(task);
                    sent.expect("the receiver outlives the tasks, and has room for all");
                }
                outcome
            }));
        }
        block_on(async {
            let mut outcomes = Vec::with_capacity(job.tasks);
            let all = async {
                for task in &mut tasks {
                    outcomes.push(task.await);
                }
                faults.try_recv().ok()
            };
            let fault = async { faults.recv().await.ok() };
            let first = fault.or(all).await;
            let left = tasks.into_iter().enumerate().skip(outcomes.len());
            let stopped = left.map(|(index, task)| async move {
                match first == Some(index) {
                    // It has told of its fault, and is about to end.
                    true => task.await,
                    false => task.cancel().await.unwrap_or(Outcome::Cancelled),
                }
            });
            outcomes.extend(join_all(stopped).await);
            // Every `recv` fails now, and with it every thread's `run` ends.
            drop(signal);
            Ok(Output { first, outcomes })
        })
    })
}

/// A task, tried again while its error is transient and a retry is left.
async fn persist(job: &Job, task: usize) -> Result<Done, TaskError> {
    let mut attempts = job.attempts(task);
    loop {
        let attempt = attempts.begin();
        if let Some(time) = attempt.wait() {
            Timer::after(time).await;
        }
        let pause = match attempt.finish() {
            Err(error) if error.is_transient() => attempts.pause().ok_or(error)?,
            result => return result,
        };
        Timer::after(pause).await;
    }
}

/// The deadline of a task, which races it.
async fn late(job: &Job) -> Result<Done, TaskError> {
    Timer::after(job.timeout()).await;
    Err(TaskError::TimedOut)
}
