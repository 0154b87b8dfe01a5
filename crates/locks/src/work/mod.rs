//! What is done under the lock: one increment, and what a worker does in the middle of
//! it.

mod counter;
mod marks;

use crate::Job;

pub use counter::{Counter, Increment};

impl Job {
    /// The `nth` increment of a worker; returns the count.
    #[inline]
    pub fn increment(&self, counter: &mut Counter, worker: usize, nth: u64) -> u64 {
        counter.increment(|| self.work(worker, nth))
    }

    /// What a worker does at its `nth` increment: nothing, unless it is the one that
    /// panics, or is to record how far it is.
    #[inline]
    pub fn work(&self, worker: usize, nth: u64) {
        if self.panic || self.marks {
            self.special_work(worker, nth);
        }
    }

    #[cold]
    fn special_work(&self, worker: usize, nth: u64) {
        if self.marks {
            marks::mark(worker, nth, self.increments);
        }
        if self.panic && worker == 0 && nth == self.increments / 2 {
            panic!("worker 0 panics at its increment {nth}");
        }
    }
}
