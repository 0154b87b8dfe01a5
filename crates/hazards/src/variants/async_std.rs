//! async-std: tasks on the process's one executor, with an API like std's.
//!
//! # What to notice
//! - Locks are smol's under other names, channels another major version of smol's
//!   (async-channel 1.9; async-channel 2.5), and so are their hazards.
//! - The move to smol is the change of names that the neighbour file shows.
//!
//! # When not to use this
//! For new code: async-std is discontinued (RUSTSEC-2025-0052), use smol.

use anyhow::Result;

use crate::{Job, Output, work::watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, "async_std")
}
