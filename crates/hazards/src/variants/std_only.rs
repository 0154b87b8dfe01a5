//! The standard library: threads, `Mutex`, `mpsc` and atomics.
//!
//! # What to notice
//! - rustc refuses a data race, not a race: lost updates and deadlocks compile.
//! - A thread a task is what a server does that starts a thread for each request.
//! - Poison tells of a panic under a lock, not of a deadlock; nothing here tells of one.
//!
//! # When not to use this
//! Where tasks mostly wait for the network: the thread that each of them keeps is what
//! `oversubscribed` counts.

use anyhow::Result;

use crate::{Hazard, Job, Output, pieces::pieces, runtime::Runtime, watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, &RUNTIME)
}

pub(crate) const RUNTIME: Runtime = Runtime {
    name: "std_only",
    pieces: pieces! { std_only:
        lost_update,
        two_locks,
        oversubscribed,
        leaked_sender,
    },
    spared: &[
        (
            Hazard::BlockedExecutor,
            "a blocked thread keeps no other waiting",
        ),
        (Hazard::GuardAcrossAwait, "it has no await"),
        (
            Hazard::JoinUnderLock,
            "who joins a thread takes no other work",
        ),
        (
            Hazard::CancelledRead,
            "a blocking read can't be cancelled half-way",
        ),
        (
            Hazard::Futurelock,
            "a thread runs as soon as it has the lock",
        ),
    ],
};
