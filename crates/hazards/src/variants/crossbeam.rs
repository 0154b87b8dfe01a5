//! crossbeam: `crossbeam_channel` and `AtomicCell`, on threads of the standard library.
//!
//! # What to notice
//! - Receivers can be cloned, too, so many threads may take from one channel; how many
//!   is what `oversubscribed` is about.
//! - `select!` with `after` or `recv_timeout` make an error of a channel that never closes.
//!
//! # When not to use this
//! Where one consumer and no `select!` will do: std's channel is the same code.

use anyhow::Result;

use crate::{Hazard, Job, Output, pieces::pieces, runtime::Runtime, watchdog};

/// Runs the job's hazards, each piece in a process of its own.
pub fn run(job: &Job) -> Result<Output> {
    watchdog::run(job, &RUNTIME)
}

pub(crate) const RUNTIME: Runtime = Runtime {
    name: "crossbeam",
    pieces: pieces! { crossbeam:
        lost_update,
        oversubscribed,
        leaked_sender,
    },
    spared: &[
        (Hazard::TwoLocks, "its one lock, ShardedLock, is std's"),
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
            "its select! takes whole messages or none",
        ),
        (
            Hazard::Futurelock,
            "a thread runs as soon as it has its message",
        ),
    ],
};
