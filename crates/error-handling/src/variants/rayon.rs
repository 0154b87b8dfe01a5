//! A parallel iterator, consumed in two ways: into a partition, which keeps what was done
//! and what went wrong, or into a `Result`, which stops at the first error.
//!
//! # What to notice
//! - `collect` into `Result<Vec<_>, _>` would drop what was done together with the rest,
//!   so each task writes into its own slot, and only `()` is collected.
//! - A `Result` stops items that have not begun. One that is at work goes on unless it
//!   looks, here every millisecond at a flag.
//! - rayon would raise a panic again in the caller; caught within, it is an outcome.
//!
//! # When not to use this
//! For tasks that wait, as here: each keeps one of the pool's threads from computing.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use rayon::{ThreadPoolBuilder, iter::Either, prelude::*};
use test_fixtures::Outcome;

use crate::{Done, Job, Output, Policy, TaskError, outcome};

/// How often a task that waits looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(1);

/// Does every task, `job.blocking` of them at once.
pub fn run(job: &Job) -> Result<Output> {
    let consume = match job.policy {
        Policy::Collect => partition,
        Policy::FailFast => stop_at_first,
    };
    let output = ThreadPoolBuilder::new()
        .num_threads(job.blocking.get().min(job.tasks.max(1)))
        .thread_name(|index| format!("rayon {index}"))
        .build_scoped(|thread| thread.run(), |pool| pool.install(|| consume(job)))?;
    Ok(output)
}

fn partition(job: &Job) -> Output {
    let stopped = AtomicBool::new(false);
    let tasks = (0..job.tasks).into_par_iter().with_max_len(1);
    let (done, faults): (Vec<_>, Vec<_>) =
        tasks.partition_map(|task| match caught(job, task, &stopped) {
            Outcome::Ok(done) => Either::Left((task, done)),
            fault => Either::Right((task, fault)),
        });
    let mut outcomes = vec![Outcome::Cancelled; job.tasks];
    for (task, done) in done {
        outcomes[task] = Outcome::Ok(done);
    }
    for (task, fault) in faults {
        outcomes[task] = fault;
    }
    Output {
        first: None,
        outcomes,
    }
}

fn stop_at_first(job: &Job) -> Output {
    let stopped = AtomicBool::new(false);
    let mut outcomes = vec![Outcome::Cancelled; job.tasks];
    let slots = outcomes.par_iter_mut().enumerate().with_max_len(1);
    let tasks = slots.map(|(task, slot)| {
        *slot = caught(job, task, &stopped);
        if job.stops_at(slot) {
            stopped.store(true, Relaxed);
            return Err(task);
        }
        Ok(())
    });
    let all = tasks.collect::<Result<(), usize>>();
    Output {
        first: all.err(),
        outcomes,
    }
}

fn caught(job: &Job, task: usize, stopped: &AtomicBool) -> Outcome<Done> {
    let done = || persist(job, task, stopped);
    match catch_unwind(AssertUnwindSafe(done)) {
        Ok(result) => outcome(result),
        Err(panic) => panic.into(),
    }
}

/// A task, tried again while its error is transient and a retry is left.
fn persist(job: &Job, task: usize, stopped: &AtomicBool) -> Result<Done, TaskError> {
    let deadline = Instant::now() + job.timeout();
    let mut attempts = job.attempts(task);
    loop {
        let attempt = attempts.begin();
        if let Some(time) = attempt.wait() {
            wait(time, deadline, stopped)?;
        }
        match attempt.finish() {
            Err(error)
                if error.is_transient()
                    && let Some(pause) = attempts.pause() =>
            {
                wait(pause, deadline, stopped)?;
            }
            result => return result,
        }
    }
}

/// Waits, but not past the deadline, and not once the flag is set.
fn wait(
    time: Duration,
    deadline: Instant,
    stopped: &AtomicBool,
) -> Result<(), TaskError> {
    let until = Instant::now() + time;
    while !stopped.load(Relaxed) {
        let left = until
            .min(deadline)
            .saturating_duration_since(Instant::now());
        if left.is_zero() {
            let is_late = until > deadline;
            return if is_late {
                Err(TaskError::TimedOut)
            } else {
                Ok(())
            };
        }
        thread::sleep(left.min(LOOK));
    }
    Err(TaskError::Cancelled)
}
