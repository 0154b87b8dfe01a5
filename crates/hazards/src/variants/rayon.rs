//! rayon: a pool whose threads steal work from each other, also while they wait.
//!
//! # What to notice
//! - A thread that waits for a stolen half takes other work meanwhile, on the same stack:
//!   it keeps what it holds, locks too.
//! - Items are not threads: an item that sleeps keeps a thread from all others.
//!
//! # When not to use this
//! For work that waits, or that takes a lock around its parallel part.

use anyhow::Result;

use crate::{Job, Output, work::watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, "rayon")
}
