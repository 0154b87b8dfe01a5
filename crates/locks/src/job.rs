//! The job: what is asked for on the command line, what every variant is handed, and what
//! it hands back.

use std::num::NonZeroUsize;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use test_fixtures::{Misuse, Outcome, cores, spans_wanted, whole};

use crate::{Counter, marks};

/// Most variants start a thread for each worker.
const MOST_WORKERS: u64 = 10_000;
const MOST_THREADS: u64 = 1_000;

/// The command line's view of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// How many workers share the counter
    #[arg(long, value_name = "N", default_value = "10")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_WORKERS))]
    workers: NonZeroUsize,
    /// How often each of them increments it
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    #[arg(value_parser = whole::<u64>(0..=u64::MAX))]
    increments: u64,
    /// Threads of executors and pools [default: one a core]; threads alone are the workers
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_THREADS))]
    threads: Option<NonZeroUsize>,
    /// Let the first worker panic half-way, while it holds the lock
    #[arg(long)]
    panic: bool,
}

/// What every variant is handed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// How many workers share the counter.
    pub workers: NonZeroUsize,
    /// How often each of them increments it.
    pub increments: u64,
    /// Threads of executors and pools. Where threads are the workers, it says nothing.
    pub threads: NonZeroUsize,
    /// Whether the first worker panics at half of its increments.
    pub panic: bool,
    /// Whether workers record how far they are.
    #[serde(skip, default = "spans_wanted")]
    marks: bool,
}

/// What every variant hands back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The counter after the last worker.
    pub counter: Counter,
    /// Whether whoever uses the counter next is told that a panic may have left it
    /// half-done.
    pub poisoned: bool,
    /// What became of each worker; for one that was done, the count at its last increment,
    /// if increments have an order that it could see.
    pub outcomes: Vec<Outcome<Option<u64>>>,
}

impl Job {
    /// The job of these arguments.
    pub(crate) fn new(args: &Args) -> Result<Self> {
        let workers = args.workers;
        if (workers.get() as u64)
            .checked_mul(args.increments)
            .is_none()
        {
            let most = u64::MAX / workers.get() as u64;
            let line = format!(
                "--increments {} times {workers} workers is more than a counter holds; \
                 at most {most}",
                args.increments
            );
            return Err(Misuse::new(line).into());
        }
        Ok(Self {
            workers,
            increments: args.increments,
            threads: args.threads.unwrap_or_else(cores),
            panic: args.panic,
            marks: false,
        })
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

    /// What the count comes to.
    pub fn total(&self) -> u64 {
        (self.workers.get() as u64).saturating_mul(self.increments)
    }

    /// Whether a worker panics: without increments none is half-way.
    pub(crate) fn panics(&self) -> bool {
        self.panic && self.increments > 0
    }
}
