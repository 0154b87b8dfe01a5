//! tokio: tasks on a pool of threads, or on one.
//!
//! # What to notice
//! - `spawn` asks for `Send`, on whichever runtime, which catches a guard across an await;
//!   `block_on` and `spawn_local` don't ask.
//! - Each method's page says whether it is cancel safe: read it before `select!`.
//! - Locks are fair, so a waiter that is not polled stops all behind it.
//!
//! # When not to use this
//! For work that computes: it belongs into rayon, or behind `spawn_blocking` with a bound.

use anyhow::Result;

use crate::{Job, Output, work::watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, "tokio")
}
