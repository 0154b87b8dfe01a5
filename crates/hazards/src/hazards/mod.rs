//! What goes wrong: a folder for each hazard, in it one for each runtime that it bites, and in
//! that two files which differ by the hazard alone: `failing.rs` and `cure.rs`.
//!
//! Both have the same function by the same name, so that
//! `git diff --no-index futurelock/tokio/failing.rs futurelock/tokio/cure.rs` shows what goes
//! wrong and what cures it.
//!
//! The list below is the only one. [`Hazard`], the modules, what a piece's process calls, the
//! pairs of each variant and why a runtime is spared a hazard follow from it; the README's
//! table and the peers in Python and on Node are held to it.

pub(crate) mod list;

use std::{fmt, time::Duration};

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use test_fixtures::Pair;

use crate::{
    Job,
    work::{
        panics::panics_once,
        peers::peers,
        record::{PERIOD, beat, block, handle},
        retries::refuses_once,
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
        spares node: "who waits for a lock leaves the loop to the others";
    }
    /// rayon's join under a lock
    JoinUnderLock = join_under_lock {
        bites rayon: |job| sum(job.workers.get());
        spares std_only, crossbeam: "a thread that joins another takes no other work";
        spares tokio: "join! polls both halves, and steals nothing";
        spares smol: "zip polls both halves, and steals nothing";
        spares async_std: "join polls both halves, and steals nothing";
        spares python: "who waits for a future takes no other work";
        spares node: "who waits for a promise takes no other work onto its stack";
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
        spares node: "a promise goes on, whether somebody awaits it or not";
    }
    /// A deadline beside a peer that always has more to send
    StarvedDeadline = starved_deadline {
        bites tokio, smol, async_std: |job| read_within(job.limit(), job.frames(), handle);
        spares std_only, crossbeam, rayon:
            "a thread has no timer beside it, it looks at the clock";
    }
    /// A send that a select cancels, and its message with it
    CancelledSend = cancelled_send {
        bites tokio, smol, async_std: |job| send_all(FITTING + job.messages, TICK, PAUSE);
        spares std_only: "a blocking send can't be cancelled";
        spares crossbeam: "its select! and send_timeout leave the message to the sender";
        spares rayon: "it has no channel";
        spares node: "a stream takes a message at once, and says only then that it is full";
    }
    /// Connections that buffer_unordered holds and does not poll while the body works
    StarvedConnection = starved_connection {
        bites tokio, smol, async_std:
            |job| read_all(peers(job.patience())?, job.handling());
        spares std_only, crossbeam, rayon: "a thread reads, whatever the others do";
        spares python: "as_completed makes tasks, and the loop runs them all";
        spares node: "a promise goes on, whatever the loop's body awaits";
    }
    /// A select in a loop whose first branch is always ready
    BiasedSelect = biased_select {
        bites crossbeam, tokio, smol, async_std:
            |job| handle_until(job.limit(), job.frames(), handle);
        spares std_only, rayon: "it has no select";
        spares python: "asyncio.wait returns all that are done, not the first of them";
    }
    /// A budget that one future of a task uses up for all
    SharedBudget = shared_budget {
        bites tokio: |job| serve(job.frames(), handle, beat);
        spares std_only, crossbeam, rayon: "each thread has its own share of a core";
        spares smol, async_std: "it has no budget; see starved-deadline for what that does";
        spares python, node: "it has no budget; see starved-deadline for what that does";
    }
    /// A receiver of a broadcast that takes a lag for the end
    LaggingBroadcast = lagging_broadcast {
        bites tokio, smol: |job| follow(CAPACITY, CAPACITY as u64 + job.messages);
        spares std_only, crossbeam, rayon, async_std: "it has no broadcast";
        spares python: "it has no broadcast, and a queue for each receiver loses nothing";
        spares node: "a BroadcastChannel keeps all messages for each receiver";
    }
    /// rayon's par_bridge in a pool of one, which is to fill what it reads
    PoolOfOne = pool_of_one {
        bites rayon: |job| receive(job.messages);
        spares std_only, crossbeam: "it has no pool; each sender has a thread";
        spares tokio, smol, async_std: "a task that receives gives its thread away";
    }
    /// A panic of a task that nobody joins
    UnseenPanic = unseen_panic {
        bites std_only, tokio, smol, async_std: |_| known(TASKS, panics_once);
        spares crossbeam: "its scope returns an Err for a panic that nobody joined";
        spares rayon: "join and scope pass a panic on, and one in spawn aborts the process";
        spares node: "a rejection that nobody handles ends the process";
    }
    /// A killed child's own children, which run on
    Grandchildren = grandchildren {
        bites std_only, tokio, smol, async_std: |_| first_line(PROGRAM);
        spares crossbeam, rayon: "it starts no processes";
    }
    /// Clients that retry after the same pause, all at once
    RetryStorm = retry_storm {
        bites std_only, tokio, smol, async_std:
            |job| call_all(CLIENTS, job.handling(), refuses_once());
        spares crossbeam: "its threads are std's, and so are their pauses";
        spares rayon: "its pool makes no more calls at once than it has threads";
    }
}

/// How far apart the ticks are between which frames are read.
const TICK: Duration = Duration::from_millis(2);
/// How long the second half of a frame is behind the first, and a message keeps its
/// receiver.
const PAUSE: Duration = Duration::from_millis(3);
/// How many messages never wait: one is in the channel, one with its receiver.
pub(crate) const FITTING: u64 = 2;
/// How many messages a broadcast keeps.
pub(crate) const CAPACITY: usize = 4;
/// How many tasks there are, one of which panics.
pub(crate) const TASKS: u64 = 2;
/// How many clients come back at once.
pub(crate) const CLIENTS: u64 = 16;
/// A shell whose child runs on for a while, and that writes the child's number. The child
/// ends by itself, should nobody be left to kill it.
const PROGRAM: &str = "sleep 3 & echo $!; wait";

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
            TwoLocks
                | GuardAcrossAwait
                | JoinUnderLock
                | LeakedSender
                | Futurelock
                | PoolOfOne
        )
    }

    /// Whether what it does is to make something late: by about `--block`.
    pub(crate) fn is_late(self) -> bool {
        use Hazard::*;
        matches!(
            self,
            BlockedExecutor | StarvedDeadline | BiasedSelect | SharedBudget
        )
    }

    /// Whether its failing piece goes wrong in nearly every attempt. In the others two threads
    /// or timers must meet, and a busy machine keeps them apart now and then.
    pub(crate) fn bites_at_once(self) -> bool {
        use Hazard::*;
        !matches!(self, LostUpdate | TwoLocks | JoinUnderLock | Futurelock)
    }

    /// Whether its pieces are judged by the clock, so that a cure may seem to fail for want
    /// of a core.
    pub(crate) fn is_timed(self) -> bool {
        use Hazard::*;
        self.is_late() || matches!(self, StarvedConnection | RetryStorm)
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

/// A hazard that does not concern a runtime, or a peer.
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

/// Why this hazard does not concern a runtime, or a peer, if so.
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
