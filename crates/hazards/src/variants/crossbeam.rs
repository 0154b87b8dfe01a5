//! crossbeam: `crossbeam_channel` and `AtomicCell`, on threads of the standard library.
//!
//! # What to notice
//! - Receivers can be cloned, and any number of threads may take from one channel; how
//!   many is what `oversubscribed` is about.
//! - `select!` with `after` or `recv_timeout` make an error of a channel that never closes.
//!
//! # When not to use this
//! Where one consumer and no `select!` will do: std's channel began as a copy of this one, and
//! has been changed on its own since (std 1.95, library/std/src/sync/mpmc/mod.rs).

use anyhow::Result;

use crate::{Job, Output, work::watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, "crossbeam")
}
