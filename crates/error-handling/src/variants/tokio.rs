//! A `JoinSet`: each task is spawned into it, and it hands back each as it ends, whether
//! it came to its end, panicked or was aborted.
//!
//! # What to notice
//! - A panic ends its task only, and is in the `JoinError`. That has no index, only the
//!   task's id, so whoever wants to know which it was keeps the ids.
//! - `abort_all` drops what waits, and what has ended stays in the set: nothing is lost.
//! - `timeout` drops the future that it gives up, with all its attempts.
//!
//! # When not to use this
//! When the first error is all that is wanted: `try_join` is shorter. When a task must not
//! be cut where it awaits: then tell it, with a token, and let it end by itself.

use std::sync::Arc;

use anyhow::Result;
use test_fixtures::Outcome;
use tokio::{
    runtime,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{Done, Job, Output, TaskError, outcome};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let job = Arc::new(job.clone());
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        let mut ids = Vec::with_capacity(job.tasks);
        for task in 0..job.tasks {
            let job = Arc::clone(&job);
            let handle = tasks.spawn(async move {
                let done = timeout(job.timeout(), persist(&job, task)).await;
                (task, done.unwrap_or(Err(TaskError::TimedOut)))
            });
            ids.push(handle.id());
        }
        let mut first = None;
        let mut outcomes = vec![Outcome::Cancelled; job.tasks];
        while let Some(ended) = tasks.join_next().await {
            let (task, outcome) = match ended {
                Ok((task, result)) => (task, outcome(result)),
                // What was aborted is cancelled, as it was before it began.
                Err(error) if error.is_cancelled() => continue,
                Err(error) => {
                    let task = ids.iter().position(|id| *id == error.id());
                    let task = task.expect("every task has its id among them");
                    (task, error.into_panic().into())
                }
            };
            if first.is_none() && job.stops_at(&outcome) {
                first = Some(task);
                tasks.abort_all();
            }
            outcomes[task] = outcome;
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
        let pause = match attempt.finish() {
            Err(error) if error.is_transient() => attempts.pause().ok_or(error)?,
            result => return result,
        };
        sleep(pause).await;
    }
}
