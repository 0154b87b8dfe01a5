//! The standard library: threads, `Mutex`, `mpsc` and atomics.
//!
//! # What to notice
//! - rustc refuses a data race, not a race: lost updates and deadlocks compile.
//! - A server that starts a thread for each request has one thread per task.
//! - Poison reports a panic under a lock; nothing here reports a deadlock.
//!
//! # When not to use this
//! Where tasks mostly wait for the network: the thread that each of them keeps is what
//! `oversubscribed` counts.

use anyhow::Result;

use crate::{Job, Output, work::watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, "std_only")
}
