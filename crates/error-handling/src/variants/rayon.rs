//! A parallel iterator, consumed in two ways: into a partition, which keeps what was done
//! and what went wrong, or into a `Result`, which stops at the first error.
//!
//! # What to notice
//! - `collect` into `Result<Vec<_>, _>` would drop what was done together with the rest,
//!   so each task writes into its own slot, and only `()` is collected.
//! - A `Result` stops items that have not begun, but only once it has the error. Until
//!   then, each looks at a flag; one that is at work waits on it instead of sleeping.
//! - rayon would raise a panic again in the caller; caught within, it is an outcome.
//!
//! # When not to use this
//! For tasks that wait, as here: each keeps one of the pool's threads from computing.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use anyhow::Result;
use rayon::{ThreadPoolBuilder, iter::Either, prelude::*};
use test_fixtures::Outcome;

use crate::{Done, Job, Output, Policy, TaskError, outcome, stop::Stop};

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
    let stop = Stop::new();
    let tasks = (0..job.tasks).into_par_iter();
    let (done, faults): (Vec<_>, Vec<_>) =
        tasks.partition_map(|task| match caught(job, task, &stop) {
            Outcome::Ok(done) => Either::Left(done),
            fault => Either::Right((task, fault)),
        });
    // Both are in input order, so what is no fault is the next that was done.
    let (mut done, mut faults) = (done.into_iter(), faults.into_iter().peekable());
    let outcomes =
        (0..job.tasks).map(|task| match faults.next_if(|(at, _)| *at == task) {
            Some((_, fault)) => fault,
            None => Outcome::Ok(done.next().expect("what is no fault was done")),
        });
    Output {
        first: None,
        outcomes: outcomes.collect(),
    }
}

fn stop_at_first(job: &Job) -> Output {
    let stop = Stop::new();
    let mut outcomes = vec![Outcome::Cancelled; job.tasks];
    let slots = outcomes.par_iter_mut().enumerate();
    let tasks = slots.map(|(task, slot)| {
        // rayon learns of an error only when the closure that tells of it has returned.
        if stop.first().is_some() {
            return Ok(());
        }
        *slot = caught(job, task, &stop);
        if job.stops_at(slot) {
            stop.tell(task);
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

fn caught(job: &Job, task: usize, stop: &Stop) -> Outcome<Done> {
    let done = || persist(job, task, stop);
    match catch_unwind(AssertUnwindSafe(done)) {
        Ok(result) => outcome(result),
        Err(panic) => panic.into(),
    }
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
