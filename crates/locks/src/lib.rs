//! One counter, many incrementers: count to workers × increments, and lose nothing.
//!
//! The function is `count(workers, increments, reads, value, read, work)`: each variant has
//! its own, below the line `// The lesson`. Above it, `run` hands it a [`Counter`], and the
//! reads and increments of a [`Job`], which a [`Witness`] does.

mod exam;
pub mod variants;
mod work;

use std::{
    num::NonZeroUsize,
    sync::{LockResult, PoisonError},
    thread,
};

use serde::{Deserialize, Serialize};
use test_fixtures::{Class, Failure, Outcome, spans_wanted};

pub use exam::{Args, Locks};
pub use work::{Counter, Increment, Reads, Witness};

/// What every variant gets.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// How many workers share the counter.
    pub workers: NonZeroUsize,
    /// How often each of them increments it.
    pub increments: u64,
    /// How often each of them reads it before each of its increments.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub reads: u64,
    /// Threads of executors and pools. Where threads are the workers, it says nothing.
    pub threads: NonZeroUsize,
    /// Whether the first worker panics at half of its increments.
    pub panic: bool,
    /// Rounds of computing in the middle of each increment and of each read: under the lock,
    /// where there is one.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub hold: u64,
    /// Whether workers record how far they are.
    #[serde(skip, default = "spans_wanted")]
    pub(crate) marks: bool,
}

/// What every variant returns.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The counter after the last worker.
    pub counter: Counter,
    /// Whether the lock reports to its next user that a panic may have left the counter
    /// half-done.
    pub poisoned: bool,
    /// What became of each worker; for one that was done, the count at its last
    /// increment, if increments have an order that it could see.
    pub outcomes: Vec<Outcome<Option<u64>>>,
    /// What each worker's reads saw; empty in a job without reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Reads>,
}

impl Job {
    /// What the count must be at the end.
    pub fn total(&self) -> u64 {
        (self.workers.get() as u64).saturating_mul(self.increments)
    }

    /// How often the counter is read before the end.
    pub fn total_reads(&self) -> u64 {
        self.total().saturating_mul(self.reads)
    }

    /// Whether a worker panics: without increments none is half-way.
    pub(crate) fn panics(&self) -> bool {
        self.panic && self.increments > 0
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands it a reference"
)]
fn is_nothing(number: &u64) -> bool {
    *number == 0
}

impl Output {
    /// The output of a variant whose lock does not poison.
    pub fn new(
        counter: Counter,
        workers: impl IntoIterator<Item = thread::Result<Option<u64>>>,
    ) -> Self {
        let outcome =
            |end: thread::Result<_>| end.map_or_else(Outcome::from, Outcome::Ok);
        Self {
            counter,
            poisoned: false,
            outcomes: workers.into_iter().map(outcome).collect(),
            reads: Vec::new(),
        }
    }

    /// The output of a variant whose lock does: a worker that found it poisoned has failed.
    pub fn poisoning(
        counter: LockResult<Counter>,
        workers: impl IntoIterator<Item = thread::Result<LockResult<Option<u64>>>>,
    ) -> Self {
        let outcome = |end: thread::Result<LockResult<_>>| match end {
            Ok(Ok(last)) => Outcome::Ok(last),
            Ok(Err(poisoned)) => Outcome::Failed(Failure {
                class: Class::Other,
                why: poisoned.to_string(),
            }),
            Err(panic) => Outcome::from(panic),
        };
        Self {
            poisoned: counter.is_err(),
            counter: counter.unwrap_or_else(PoisonError::into_inner),
            outcomes: workers.into_iter().map(outcome).collect(),
            reads: Vec::new(),
        }
    }
    /// With what the workers saw when they read.
    #[must_use]
    pub fn seen_by(self, witness: &Witness) -> Self {
        Self {
            reads: witness.reads(),
            ..self
        }
    }
}
