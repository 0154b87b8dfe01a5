//! The hazards, a folder each; in it, a file a runtime with the piece that goes wrong
//! beside its cure.

pub mod blocked_executor;
pub mod cancelled_read;
pub mod futurelock;
pub mod guard_across_await;
pub mod join_under_lock;
pub mod leaked_sender;
pub mod lost_update;
pub mod oversubscribed;
pub mod two_locks;

use anyhow::Result;

use crate::{Hazard, Job, Kind};

/// A hazard on one runtime: two functions that do the same, but for what goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) hazard: Hazard,
    pub(crate) failing: fn(&Job) -> Result<u64>,
    pub(crate) cure: fn(&Job) -> Result<u64>,
}

impl Piece {
    pub(crate) fn run(&self, kind: Kind, job: &Job) -> Result<u64> {
        match kind {
            Kind::Failing => (self.failing)(job),
            Kind::Cure => (self.cure)(job),
        }
    }
}

/// The pieces of one runtime, by its name and the hazards' modules.
macro_rules! pieces {
    ($runtime:ident: $($hazard:ident),+ $(,)?) => {
        &[$($crate::pieces::Piece {
            hazard: $crate::pieces::$hazard::HAZARD,
            failing: $crate::pieces::$hazard::$runtime::failing,
            cure: $crate::pieces::$hazard::$runtime::cure,
        }),+]
    };
}
pub(crate) use pieces;
