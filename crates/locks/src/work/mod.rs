//! What is done under the lock: one increment, and what a worker does in the middle of
//! it.

mod counter;
mod hold;
mod marks;

use crate::Job;

pub use counter::{Counter, Increment};

impl Job {
    /// The `nth` increment of a worker; returns the count.
    #[inline]
    pub fn increment(&self, counter: &mut Counter, worker: usize, nth: u64) -> u64 {
        counter.increment(|| self.work(worker, nth))
    }

    /// What a worker does at its `nth` increment: computes for as long as the lock is to be
    /// held, which by default is no time; panics, if it is the one that does; and records
    /// how far it is, if that is wanted.
    #[inline]
    pub fn work(&self, worker: usize, nth: u64) {
        if self.panic || self.marks {
            self.special_work(worker, nth);
        }
        if self.hold > 0 {
            hold::compute(self.hold);
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
