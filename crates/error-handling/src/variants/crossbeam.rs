//! Threads between two channels: one hands out tasks, the other brings outcomes back as
//! they come; a third carries nothing, and stops all who wait when it closes.
//!
//! # What to notice
//! - The receiver of the outcomes decides: at the first fault it empties the queue, so
//!   that nothing more begins, and drops the sender, so that nobody waits on.
//! - `recv_timeout` on a channel that is never sent on is a sleep that can be ended.
//! - The panic is caught before it ends the thread, which would leave the queue with one
//!   taker less, and in the end with none.
//!
//! # When not to use this
//! With many tasks that wait: each takes a thread.

use std::{
    convert::Infallible,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, unbounded};
use test_fixtures::Outcome;

use crate::{Done, Job, Output, TaskError, outcome};

/// Outcomes that may wait to be received.
const CAPACITY: usize = 1024;

/// Does every task, `job.blocking` of them at once.
pub fn run(job: &Job) -> Result<Output> {
    let (queue, tasks) = unbounded();
    for task in 0..job.tasks {
        queue.send(task)?;
    }
    drop(queue);
    let (sender, ended) = bounded(CAPACITY);
    let (stop, stopped) = bounded(0);
    let mut stop = Some(stop);
    let mut first = None;
    let mut outcomes = vec![Outcome::Cancelled; job.tasks];
    thread::scope(|scope| {
        for index in 0..job.blocking.get().min(job.tasks) {
            let (tasks, sender, stopped) = (&tasks, sender.clone(), &stopped);
            let thread = thread::Builder::new().name(format!("worker {index}"));
            thread.spawn_scoped(scope, move || {
                for task in tasks {
                    let done = || persist(job, task, stopped);
                    let outcome = match catch_unwind(AssertUnwindSafe(done)) {
                        Ok(result) => outcome(result),
                        Err(panic) => panic.into(),
                    };
                    if sender.send((task, outcome)).is_err() {
                        // Nobody receives: the system refused a further thread.
                        return;
                    }
                }
            })?;
        }
        drop(sender);
        for (task, outcome) in ended {
            if first.is_none() && job.stops_at(&outcome) {
                first = Some(task);
                tasks.try_iter().for_each(drop);
                stop = None;
            }
            outcomes[task] = outcome;
        }
        drop(stop);
        io::Result::Ok(())
    })?;
    Ok(Output { first, outcomes })
}

/// A task, tried again while its error is transient and a retry is left.
fn persist(
    job: &Job,
    task: usize,
    stopped: &Receiver<Infallible>,
) -> Result<Done, TaskError> {
    let deadline = Instant::now() + job.timeout();
    let mut attempts = job.attempts(task);
    loop {
        let attempt = attempts.begin();
        if let Some(time) = attempt.wait() {
            wait(time, deadline, stopped)?;
        }
        let pause = match attempt.finish() {
            Err(error) if error.is_transient() => attempts.pause().ok_or(error)?,
            result => return result,
        };
        wait(pause, deadline, stopped)?;
    }
}

/// Waits, but not past the deadline, and not once the channel is closed.
fn wait(
    time: Duration,
    deadline: Instant,
    stopped: &Receiver<Infallible>,
) -> Result<(), TaskError> {
    let left = deadline.saturating_duration_since(Instant::now());
    match stopped.recv_timeout(time.min(left)) {
        Ok(never) => match never {},
        Err(RecvTimeoutError::Disconnected) => Err(TaskError::Cancelled),
        Err(RecvTimeoutError::Timeout) if time > left => Err(TaskError::TimedOut),
        Err(RecvTimeoutError::Timeout) => Ok(()),
    }
}
