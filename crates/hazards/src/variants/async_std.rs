//! async-std: tasks on the process's one executor, with an API like std's.
//!
//! # What to notice
//! - Locks and channels are smol's under other names, and so are their hazards.
//! - The move to smol is the change of names that the neighbour file shows.
//!
//! # When not to use this
//! For new code: async-std is discontinued (RUSTSEC-2025-0052), use smol.

use anyhow::Result;

use crate::{Hazard, Job, Output, pieces::pieces, runtime::Runtime, watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, &RUNTIME)
}

pub(crate) const RUNTIME: Runtime = Runtime {
    name: "async_std",
    pieces: pieces! { async_std:
        lost_update,
        two_locks,
        blocked_executor,
        guard_across_await,
        oversubscribed,
        leaked_sender,
        cancelled_read,
        futurelock,
    },
    spared: &[(
        Hazard::JoinUnderLock,
        "join polls both halves, and steals nothing",
    )],
};
