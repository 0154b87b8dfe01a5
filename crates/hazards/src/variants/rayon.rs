//! rayon: a pool whose threads steal work from each other, also while they wait.
//!
//! # What to notice
//! - A thread that waits for a stolen half takes other work meanwhile, on the same stack:
//!   what it holds, it goes on holding.
//! - Items are not threads: an item that sleeps keeps a thread from all others.
//!
//! # When not to use this
//! For work that waits, or that takes a lock around its parallel part.

use anyhow::Result;

use crate::{Hazard, Job, Output, pieces::pieces, runtime::Runtime, watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, &RUNTIME)
}

pub(crate) const RUNTIME: Runtime = Runtime {
    name: "rayon",
    pieces: pieces! { rayon:
        lost_update,
        two_locks,
        blocked_executor,
        join_under_lock,
        oversubscribed,
    },
    spared: &[
        (Hazard::GuardAcrossAwait, "it has no await"),
        (Hazard::LeakedSender, "it has no channel"),
        (Hazard::CancelledRead, "a started item can't be cancelled"),
        (
            Hazard::Futurelock,
            "an item runs as soon as it has the lock",
        ),
    ],
};
