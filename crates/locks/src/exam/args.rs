//! The job that is asked for on the command line.

use std::num::NonZeroUsize;

use anyhow::Result;
use test_fixtures::{Misuse, cores, whole};

use crate::Job;

/// Most variants start a thread for each worker.
const MOST_WORKERS: u64 = 10_000;
const MOST_THREADS: u64 = 1_000;
/// About two milliseconds.
const MOST_ROUNDS: u64 = 1_000_000;
const MOST_READS: u64 = 1_000_000;

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
    /// How often each of them reads it before each increment: with 9, nine in ten turns read
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(value_parser = whole::<u64>(0..=MOST_READS))]
    reads: u64,
    /// Threads of executors and pools [default: one a core]; threads alone are the
    /// workers
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_THREADS))]
    threads: Option<NonZeroUsize>,
    /// Rounds of computing under the lock at each increment and read, of about 2 ns each;
    /// without a lock, beside it
    #[arg(long, value_name = "ROUNDS", default_value_t = 0)]
    #[arg(value_parser = whole::<u64>(0..=MOST_ROUNDS))]
    hold: u64,
    /// Let the first worker panic half-way, while it holds the lock
    #[arg(long)]
    panic: bool,
}

impl Args {
    /// The job of these arguments.
    pub(crate) fn job(&self) -> Result<Job> {
        let workers = self.workers;
        // Each worker's turns: its reads, and the increment behind them.
        let turns = workers.get() as u64 * (self.reads + 1);
        if turns.checked_mul(self.increments).is_none() {
            let most = u64::MAX / turns;
            let reads = match self.reads {
                0 => String::new(),
                reads => format!(" with {reads} reads before each"),
            };
            let line = format!(
                "--increments {}{reads} times {workers} workers is more than a counter \
                 holds; at most {most}",
                self.increments
            );
            return Err(Misuse::new(line).into());
        }
        Ok(Job {
            workers,
            increments: self.increments,
            reads: self.reads,
            threads: self.threads.unwrap_or_else(cores),
            panic: self.panic,
            hold: self.hold,
            marks: false,
        })
    }
}
