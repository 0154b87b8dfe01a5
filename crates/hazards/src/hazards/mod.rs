//! What goes wrong: a folder for each hazard, in it one for each runtime that it bites, and in
//! that two files which differ by the hazard alone: `failing.rs` and `cure.rs`.
//!
//! Both have the same function by the same name, so that
//! `git diff --no-index futurelock/tokio/failing.rs futurelock/tokio/cure.rs` shows what goes
//! wrong and what cures it.
//!
//! The list below is the only one. [`Hazard`], the modules, what a piece's process calls, the
//! pairs of each variant and why a runtime is spared a hazard follow from it; the README's
//! table and the Python peer are held to it.

pub(crate) mod list;

use std::{fmt, time::Duration};

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use test_fixtures::Pair;

use crate::{
    Job,
    work::{
        record::{PERIOD, beat, block, handle},
        turn::turn,
    },
};

list::hazards! { $
    /// A load and a store where an add belongs
    LostUpdate = lost_update {
        bites std_only, crossbeam, rayon, tokio, smol, async_std:
            |job| count(job.workers.get(), job.increments);
    }
    /// Two locks taken in two orders
    TwoLocks = two_locks {
        bites std_only, async_std: |_| deposit();
        bites rayon, tokio, smol: |job| deposit(job.workers.get());
        spares crossbeam: "its one lock, ShardedLock, is std's";
    }
    /// An executor's threads blocked by what waits or computes
    BlockedExecutor = blocked_executor {
        bites rayon, tokio, smol, async_std:
            |job| call(job.workers.get(), block_for(job), PERIOD, beat);
        spares std_only, crossbeam: "a blocked thread keeps no other waiting";
    }
    /// A lock's guard held across an await on one thread
    GuardAcrossAwait = guard_across_await {
        bites tokio, smol, async_std: |_| count();
        spares std_only, crossbeam, rayon: "it has no await";
    }
    /// rayon's join under a lock
    JoinUnderLock = join_under_lock {
        bites rayon: |job| sum(job.workers.get());
        spares std_only, crossbeam: "a thread that joins another takes no other work";
        spares tokio: "join! polls both halves, and steals nothing";
        spares smol: "zip polls both halves, and steals nothing";
        spares async_std: "join polls both halves, and steals nothing";
        spares python: "who waits for a future takes no other work";
    }
    /// Far more threads than cores
    Oversubscribed = oversubscribed {
        bites std_only, crossbeam, rayon, tokio, smol:
            |job| take_turns(job.workers.get(), job.tasks, job.turns, turn);
        bites async_std: |job| take_turns(job.tasks, job.turns, turn);
    }
    /// A channel that never closes, for one Sender lives on
    LeakedSender = leaked_sender {
        bites std_only, crossbeam, tokio, smol, async_std:
            |job| receive(job.workers.get(), job.messages);
        spares rayon: "it has no channel";
    }
    /// A read_exact that a select cancels half-way
    CancelledRead = cancelled_read {
        bites tokio, smol, async_std: |job| read_frames(job.messages, TICK, PAUSE);
        spares std_only: "a blocking read can't be cancelled half-way";
        spares crossbeam: "its select! takes whole messages or none";
        spares rayon: "a started item can't be cancelled";
    }
    /// A future that holds a place in a lock's queue and is polled no more
    Futurelock = futurelock {
        bites tokio, smol, async_std: |_| count();
        spares std_only: "a thread runs as soon as it has the lock";
        spares crossbeam: "a thread runs as soon as it has its message";
        spares rayon: "an item runs as soon as it has the lock";
        spares python: "who waits is a task, and the loop runs them all";
    }
    /// A deadline beside a peer that always has more to send
    StarvedDeadline = starved_deadline {
        bites tokio, smol, async_std: |job| read_within(job.limit(), job.frames(), handle);
        spares std_only, crossbeam, rayon:
            "a thread has no timer beside it, it looks at the clock";
    }
}

/// How far apart the ticks are between which frames are read.
const TICK: Duration = Duration::from_millis(2);
/// How long the second half of a frame is behind the first.
const PAUSE: Duration = Duration::from_millis(3);

/// A call that blocks its thread for as long as the job says.
fn block_for(job: &Job) -> impl Fn() + Copy + Send + Sync + use<> {
    let time = job.block();
    move || block(time)
}

/// Which of a hazard's two pieces it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The piece that the hazard bites
    Failing,
    /// The same without it
    Cure,
}

impl Hazard {
    /// Every hazard, in reading order.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// Its name on the command line: `lost-update`.
    pub fn name(self) -> String {
        let value = self.to_possible_value().expect("no hazard is skipped");
        value.get_name().to_owned()
    }

    /// The case that holds variants to it, and its folder: `lost_update`.
    pub(crate) fn case(self) -> String {
        self.name().replace('-', "_")
    }

    /// Whether what it does is to hang.
    pub(crate) fn hangs(self) -> bool {
        use Hazard::*;
        matches!(
            self,
            TwoLocks | GuardAcrossAwait | JoinUnderLock | LeakedSender | Futurelock
        )
    }

    /// Whether what it does is to make something late: by about `--block`.
    pub(crate) fn is_late(self) -> bool {
        matches!(self, Hazard::BlockedExecutor | Hazard::StarvedDeadline)
    }
}

/// A hazard on a runtime that it bites.
#[derive(Debug)]
pub(crate) struct Piece {
    hazard: Hazard,
    runtime: &'static str,
    failing: fn(&Job) -> Result<u64>,
    cure: fn(&Job) -> Result<u64>,
}

impl Piece {
    /// Calls its function with what the job has for it.
    pub(crate) fn run(&self, kind: Kind, job: &Job) -> Result<u64> {
        match kind {
            Kind::Failing => (self.failing)(job),
            Kind::Cure => (self.cure)(job),
        }
    }
}

/// A hazard that does not concern a runtime, or the Python peer.
#[derive(Debug)]
pub(crate) struct Spared {
    pub(crate) hazard: Hazard,
    pub(crate) runtime: &'static str,
    pub(crate) why: &'static str,
}

/// The piece of this hazard on a runtime, if it bites there.
pub(crate) fn on(runtime: &str, hazard: Hazard) -> Option<&'static Piece> {
    let mut pieces = PIECES.iter();
    pieces.find(|piece| (piece.runtime, piece.hazard) == (runtime, hazard))
}

/// Why this hazard does not concern a runtime, or the Python peer, if so.
pub(crate) fn spared(runtime: &str, hazard: Hazard) -> Option<&'static str> {
    let mut spared = SPARED.iter();
    let spared = spared.find(|one| (one.runtime, one.hazard) == (runtime, hazard))?;
    Some(spared.why)
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Failing => "failing",
            Kind::Cure => "cure",
        })
    }
}
