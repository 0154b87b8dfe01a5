//! The hazards by name, and the two pieces of each.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Hazard {
    /// A load and a store where an add belongs
    LostUpdate,
    /// Two locks taken in two orders
    TwoLocks,
    /// An executor's threads blocked by what waits or computes
    BlockedExecutor,
    /// A lock's guard held across an await on one thread
    GuardAcrossAwait,
    /// rayon's join under a lock
    JoinUnderLock,
    /// Far more threads than cores
    Oversubscribed,
    /// A channel that never closes, for one Sender lives on
    LeakedSender,
    /// A read_exact that a select cancels half-way
    CancelledRead,
    /// A future that holds a place in a lock's queue and is polled no more
    Futurelock,
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

    /// The case that holds variants to it: `lost_update`.
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
