//! Threads that take the next task each, and bring back what became of theirs when they
//! are joined.
//!
//! # What to notice
//! - `join` would hand over a panic, too, but only when its turn comes, and the thread
//!   would be lost to the tasks after it. Caught within, it is one task's outcome.
//! - A thread can't be stopped from outside. It waits on a condition variable instead of
//!   sleeping, so that it hears at once that it is to stop; and no task is left to take.
//! - Nothing can end a call that blocks at its deadline; each wait has to know it.
//!
//! # When not to use this
//! With many tasks that wait: each takes a thread.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use test_fixtures::Outcome;

use crate::{Done, Job, Output, TaskError, outcome, stop::Stop};

/// Does every task, `job.blocking` of them at once.
pub fn run(job: &Job) -> Result<Output> {
    let next = AtomicUsize::new(0);
    let stop = Stop::new();
    let mut outcomes = vec![Outcome::Cancelled; job.tasks];
    thread::scope(|scope| {
        let threads = (0..job.blocking.get().min(job.tasks))
            .map(|index| {
                let (next, stop) = (&next, &stop);
                let thread = thread::Builder::new().name(format!("worker {index}"));
                thread.spawn_scoped(scope, move || {
                    let mut ended = Vec::new();
                    loop {
                        let task = next.fetch_add(1, Relaxed);
                        if task >= job.tasks {
                            return ended;
                        }
                        let done = || persist(job, task, stop);
                        let outcome = match catch_unwind(AssertUnwindSafe(done)) {
                            Ok(result) => outcome(result),
                            Err(panic) => panic.into(),
                        };
                        if job.stops_at(&outcome) {
                            next.store(job.tasks, Relaxed);
                            stop.tell(task);
                        }
                        ended.push((task, outcome));
                    }
                })
            })
            .collect::<io::Result<Vec<_>>>()
            // If the system refuses a thread, the others need not do all the tasks.
            .inspect_err(|_| next.store(job.tasks, Relaxed))?;
        for thread in threads {
            for (task, outcome) in thread.join().expect("tasks' panics are caught") {
                outcomes[task] = outcome;
            }
        }
        io::Result::Ok(())
    })?;
    Ok(Output {
        first: stop.first(),
        outcomes,
    })
}

/// A task, tried again while its error is transient and a retry is left.
fn persist(job: &Job, task: usize, stop: &Stop) -> Result<Done, TaskError> {
    let deadline = Instant::now() + job.timeout();
    let mut attempts = job.attempts(task);
    loop {
        let attempt = attempts.begin();
        if let Some(time) = attempt.wait() {
            wait(time, deadline, stop)?;
        }
        let pause = match attempt.finish() {
            Err(error) if error.is_transient() => attempts.pause().ok_or(error)?,
            result => return result,
        };
        wait(pause, deadline, stop)?;
    }
}

/// Waits, but not past the deadline, and not once it is to stop.
fn wait(time: Duration, deadline: Instant, stop: &Stop) -> Result<(), TaskError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if stop.wait(time.min(left)) {
        Err(TaskError::Cancelled)
    } else if time > left {
        Err(TaskError::TimedOut)
    } else {
        Ok(())
    }
}
