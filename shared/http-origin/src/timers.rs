//! Timers: a heap of what is due, the earliest on top.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When a connection needs its turn. A timer that is no longer needed stays in the heap
/// until it is due or the heap is swept; its owner knows (`Connection::timer`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timer {
    /// Nanoseconds on the clock.
    pub(crate) due: u64,
    /// The connection's number, which is never used again.
    pub(crate) connection: u64,
    /// The connection's key.
    pub(crate) key: usize,
}

/// All timers, wanted or not.
#[derive(Debug, Default)]
pub(crate) struct Timers(BinaryHeap<Reverse<Timer>>);

impl Timers {
    pub(crate) fn push(&mut self, timer: Timer) {
        self.0.push(Reverse(timer));
    }

    /// The next time at which something is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.0.peek().map(|Reverse(timer)| timer.due)
    }

    /// Takes out one timer that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(timer)| timer)
    }

    /// Sweeps unwanted timers out if there are many more timers than `owners`.
    pub(crate) fn sweep(&mut self, owners: usize, wanted: impl Fn(&Timer) -> bool) {
        if self.0.len() > 64 + 2 * owners {
            self.0.retain(|Reverse(timer)| wanted(timer));
        }
    }
}
