//! A task, tried again while its error is transient and a retry is left, within one deadline.
//!
//! Only the waiting is a runtime's, so that is handed in.

use std::{
    borrow::Borrow,
    pin::pin,
    thread,
    time::{Duration, Instant},
};

use futures_util::future::{Either, select};

use super::{Done, TaskError};
use crate::Job;

/// Does a task; `sleep` is the runtime's. At its deadline it is dropped where it waits.
///
/// # Errors
/// Its last attempt failed, or its time was up.
pub async fn persist<S: Future>(
    job: impl Borrow<Job>,
    task: usize,
    sleep: impl Fn(Duration) -> S,
) -> Result<Done, TaskError> {
    let job = job.borrow();
    let done = async {
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
    };
    // No clock is read for a task that needs not wait.
    let late = async { sleep(job.timeout()).await };
    match select(pin!(done), pin!(late)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(TaskError::TimedOut),
    }
}

/// Does a task on this thread; `wait` waits for a time, or until the task is to stop, and
/// returns whether it is. Nothing can end a call that blocks at a deadline, so each
/// wait is cut short there.
///
/// # Errors
/// Its last attempt failed, its time was up, or it was stopped.
pub fn persist_blocking(
    job: &Job,
    task: usize,
    wait: impl Fn(Duration) -> bool,
) -> Result<Done, TaskError> {
    let deadline = Instant::now() + job.timeout();
    let wait = |time: Duration| {
        let left = deadline.saturating_duration_since(Instant::now());
        if wait(time.min(left)) {
            Err(TaskError::Cancelled)
        } else if time > left {
            Err(TaskError::TimedOut)
        } else {
            Ok(())
        }
    };
    let mut attempts = job.attempts(task);
    loop {
        let attempt = attempts.begin();
        if let Some(time) = attempt.wait() {
            wait(time)?;
        }
        let pause = match attempt.finish() {
            Err(error) if error.is_transient() => attempts.pause().ok_or(error)?,
            result => return result,
        };
        wait(pause)?;
    }
}

/// Waits for this time; the task is never to stop.
pub fn sleep(time: Duration) -> bool {
    thread::sleep(time);
    false
}
