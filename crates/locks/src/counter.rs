//! The work: one increment, with what can go wrong in the middle of it.

use std::{hint::black_box, iter::Sum};

use serde::{Deserialize, Serialize};

/// What a lock protects. Whoever gets it may rely on `entered == left`; only between
/// the two halves of an increment, which nobody else may see, is the one ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Increments begun.
    pub entered: u64,
    /// Increments ended: the count.
    pub left: u64,
}

impl Counter {
    /// One increment with a worker's own work in the middle of it; returns the count.
    /// If the work panics, the increment stays half-done.
    #[inline]
    pub fn increment(&mut self, work: impl FnOnce()) -> u64 {
        self.entered += 1;
        work();
        // Otherwise the optimiser makes one multiplication of a loop of increments.
        let counter = black_box(self);
        counter.left += 1;
        counter.left
    }

    /// Whether no increment is half-done.
    pub fn is_whole(&self) -> bool {
        self.entered == self.left
    }
}

/// A count that was never half-done: each increment was one indivisible step.
impl From<u64> for Counter {
    fn from(count: u64) -> Self {
        Self {
            entered: count,
            left: count,
        }
    }
}

impl Sum for Counter {
    fn sum<I: Iterator<Item = Self>>(counters: I) -> Self {
        counters.fold(Self::default(), |sum, counter| Self {
            entered: sum.entered + counter.entered,
            left: sum.left + counter.left,
        })
    }
}
