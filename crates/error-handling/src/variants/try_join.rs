//! `try_join_all`: no tasks, only futures in one, which are dropped where they wait as
//! soon as one of them comes back with an error.
//!
//! # What to notice
//! - It gives back all the results or one error, and a panic would unwind through all of
//!   them. So each catches its own and writes into its own slot, and only `()` is joined.
//! - With more than 30 futures it stops at the first error in input order: one that has
//!   happened is not seen before everything in front of it is done.
//! - To tokio it is one task, and one task gets 128 answers out of its timers and sockets a
//!   turn; then each of them says that it is not ready, and all are polled in vain.
//!   `unconstrained` takes that limit off, which matters from some ten thousand futures on.
//!
//! # When not to use this
//! When tasks compute, since one thread polls them all, or when an error among many must
//! stop the rest at once: `FuturesUnordered`, or `tokio` here, does that.

use std::panic::AssertUnwindSafe;

use anyhow::Result;
use futures_util::{FutureExt, future::try_join_all};
use test_fixtures::Outcome;
use tokio::{
    runtime,
    task::unconstrained,
    time::{sleep, timeout},
};

use crate::{Done, Job, Output, TaskError, outcome};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let mut outcomes = vec![Outcome::Cancelled; job.tasks];
    let slots = outcomes.iter_mut().enumerate();
    let tasks = slots.map(|(task, slot)| async move {
        let ended = AssertUnwindSafe(timeout(job.timeout(), persist(job, task)))
            .catch_unwind()
            .await;
        *slot = match ended {
            Ok(in_time) => outcome(in_time.unwrap_or(Err(TaskError::TimedOut))),
            Err(panic) => panic.into(),
        };
        if job.stops_at(slot) {
            return Err(task);
        }
        Ok(())
    });
    let all = runtime.block_on(unconstrained(try_join_all(tasks)));
    Ok(Output {
        first: all.err(),
        outcomes,
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
