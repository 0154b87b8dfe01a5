//! What is done under the lock: one increment or one read, and what a worker does in the
//! middle of it.

mod counter;
mod hold;
mod marks;
mod witness;

use crate::Job;

pub use counter::{Counter, Increment};
pub use witness::{Reads, Witness};

impl Job {
    /// The `nth` increment of a worker; returns the count.
    #[inline]
    pub fn increment(&self, counter: &mut Counter, worker: usize, nth: u64) -> u64 {
        counter.increment(|| self.work(worker, nth))
    }

    /// The increment of a part that is a worker's own, whose count has no place in the order
    /// of all. What the job asks for is looked up once: without a lock, three looks take a
    /// fifth of an increment.
    pub fn own_increment(self) -> impl Fn(&mut Counter, usize, u64) + Copy + Send + Sync {
        let is_plain = self.is_plain();
        move |counter, worker, nth| {
            if is_plain {
                counter.increment(|| ());
            } else {
                self.increment(counter, worker, nth);
            }
        }
    }

    /// Whether nothing is done in an increment but to count.
    pub(crate) fn is_plain(&self) -> bool {
        !self.panic && !self.marks && self.hold == 0 && self.reads == 0
    }

    /// What a worker does at its `nth` increment: computes for as long as the lock is to be
    /// held, which by default is no time; panics, if it is the one that does; and records
    /// how far it is, if that is wanted.
    #[inline]
    pub fn work(&self, worker: usize, nth: u64) {
        if self.panic || self.marks {
            self.special_work(worker, nth);
        }
        self.hold();
    }

    /// Computes for as long as the lock is to be held.
    #[inline]
    pub(crate) fn hold(&self) {
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
