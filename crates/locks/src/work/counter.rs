//! The counter, whose increment can be caught half-done.

use std::{hint::black_box, ops::AddAssign};

use serde::{Deserialize, Serialize};

/// What a lock protects. The worker that gets it may rely on `entered == left`; only
/// between the two halves of an increment, which no other worker may see, is the one
/// ahead.
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

    /// One look, with a worker's own work in the middle of it: `entered` is from before the
    /// work, `left` from after it, so an increment in between would show.
    #[inline]
    pub fn read(&self, work: impl FnOnce()) -> Self {
        let entered = self.entered;
        work();
        // Otherwise both are looked up at once.
        let left = black_box(self).left;
        Self { entered, left }
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

/// Parts that were counted apart are added up.
impl AddAssign for Counter {
    fn add_assign(&mut self, other: Self) {
        self.entered += other.entered;
        self.left += other.left;
    }
}

/// A message that asks for one increment.
#[derive(Clone, Copy, Debug)]
pub struct Increment;

impl AddAssign<Increment> for Counter {
    #[inline]
    fn add_assign(&mut self, Increment: Increment) {
        self.increment(|| ());
    }
}
