//! smol: tasks on an executor of our own, or on one thread.
//!
//! # What to notice
//! - Dropping a task's handle cancels it, where tokio's and async-std's go on: fewer tasks
//!   leak, and more reads are cut.
//! - `unblock` has threads of its own, up to 500, which are no bound for work that
//!   computes.
//! - Its lock is fair only in the long run, and a waiter that is not polled stops the
//!   others all the same.
//!
//! # When not to use this
//! For work that computes: it belongs into rayon, or behind `unblock` with a bound.

use anyhow::Result;

use crate::{Job, Output, work::watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, "smol")
}
