//! What the workers of a job do, and what each of them sees: for the check, since only the
//! one who reads can say whether a count went back.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use crossbeam_utils::CachePadded;
use serde::{Deserialize, Serialize};

use super::Counter;
use crate::Job;

/// What one worker's reads saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    /// How many there were.
    pub done: u64,
    /// The count that the last one saw.
    pub last: u64,
    /// How many saw less than the worker had seen before, its own increments included.
    pub back: u64,
    /// How many saw an increment half-done.
    pub half_done: u64,
}

/// Does the reads and increments of a job, and remembers what each worker saw.
#[derive(Clone, Debug)]
pub struct Witness {
    job: Job,
    /// One for each worker, and none in a job without reads.
    seen: Arc<[CachePadded<Seen>]>,
}

/// What one worker has seen so far. Only that worker writes it, so each change is a load and
/// a store; where it is a task, the executor orders what it does on one thread before what
/// it does on the next.
#[derive(Debug, Default)]
struct Seen {
    reads: AtomicU64,
    last: AtomicU64,
    back: AtomicU64,
    half_done: AtomicU64,
    /// The highest count of all that it has read or made.
    most: AtomicU64,
}

impl Witness {
    /// Of a job that begins.
    pub fn of(job: &Job) -> Self {
        let workers = if job.reads > 0 { job.workers.get() } else { 0 };
        let seen = (0..workers).map(|_| CachePadded::default()).collect();
        Self { job: *job, seen }
    }

    /// What a worker does when it reads before its `nth` increment.
    pub fn read(&self) -> impl Fn(&Counter, usize, u64) + Clone + Send + Sync + 'static {
        let witness = self.clone();
        move |counter, worker, nth| witness.watched_read(counter, worker, nth)
    }

    /// What a worker does at its `nth` increment; returns the count. Whether it is to do more
    /// than to count is looked up once: uncontended, an increment takes a few nanoseconds.
    pub fn increment(
        &self,
    ) -> impl Fn(&mut Counter, usize, u64) -> u64 + Clone + Send + Sync + 'static {
        let is_plain = self.job.is_plain();
        let witness = self.clone();
        move |counter, worker, nth| match is_plain {
            true => counter.increment(|| ()),
            false => witness.watched_increment(counter, worker, nth),
        }
    }

    // Calls, both of these: within the loops of a lesson they would take registers from
    // jobs that don't ask for them.

    #[inline(never)]
    fn watched_read(&self, counter: &Counter, worker: usize, nth: u64) {
        let seen = counter.read(|| self.job.hold());
        self.seen[worker].read(seen, nth);
    }

    #[inline(never)]
    fn watched_increment(&self, counter: &mut Counter, worker: usize, nth: u64) -> u64 {
        let count = self.job.increment(counter, worker, nth);
        if let Some(seen) = self.seen.get(worker) {
            seen.made(count);
        }
        count
    }

    /// What each worker's reads saw; nothing in a job without reads.
    pub fn reads(&self) -> Vec<Reads> {
        self.seen.iter().map(|seen| seen.reads()).collect()
    }
}

impl Seen {
    #[inline]
    fn read(&self, counter: Counter, nth: u64) {
        add(&self.reads, 1);
        let count = counter.left;
        self.last.store(count, Relaxed);
        // Its own increments are `nth` by now.
        let most = self.most.load(Relaxed).max(nth);
        if count < most {
            add(&self.back, 1);
        } else {
            self.most.store(count, Relaxed);
        }
        if !counter.is_whole() {
            add(&self.half_done, 1);
        }
    }

    #[inline]
    fn made(&self, count: u64) {
        // Where it has read this count, it did not make it.
        if count <= self.most.load(Relaxed) {
            add(&self.back, 1);
        } else {
            self.most.store(count, Relaxed);
        }
    }

    fn reads(&self) -> Reads {
        Reads {
            done: self.reads.load(Relaxed),
            last: self.last.load(Relaxed),
            back: self.back.load(Relaxed),
            half_done: self.half_done.load(Relaxed),
        }
    }
}

fn add(sum: &AtomicU64, more: u64) {
    sum.store(sum.load(Relaxed) + more, Relaxed);
}
