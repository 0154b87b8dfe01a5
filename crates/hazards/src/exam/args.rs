//! What can be asked for on the command line, and the job that comes of it.

use std::{num::NonZeroUsize, time::Duration};

use anyhow::Result;
use test_fixtures::{Misuse, cores, deadline, whole};

use crate::{Hazard, Job, Kind};

/// Every task is a thread in the piece that has too many, and `unblock` and
/// `spawn_blocking` start no more than 500 at once.
const MOST_TASKS: u64 = 480;
const MOST_WORKERS: u64 = 16;
/// How many tasks a worker has, at the least where there are too many threads, and by
/// default.
const TASKS_A_WORKER: (usize, usize) = (24, 64);
const MOST: u64 = 100_000_000;

/// The command line's view of the job.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which hazards, with commas between them [default: each of them]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    hazard: Vec<Hazard>,
    /// Only the failing pieces, or only the cures [default: both]
    #[arg(long, value_name = "PIECE")]
    only: Option<Kind>,
    /// How many threads or tasks meet, at least two [default: one a core]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(2..=MOST_WORKERS))]
    workers: Option<NonZeroUsize>,
    /// lost-update: how often each worker increments
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    #[arg(value_parser = whole::<u64>(1..=MOST))]
    increments: u64,
    /// oversubscribed: how many tasks take turns [default: 64 a worker]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_TASKS))]
    tasks: Option<NonZeroUsize>,
    /// oversubscribed: how many turns each task takes, all of them in step
    #[arg(long, value_name = "N", default_value_t = 50)]
    #[arg(value_parser = whole::<u64>(1..=MOST))]
    turns: u64,
    /// leaked-sender, cancelled-read, cancelled-send, lagging-broadcast, pool-of-one: how
    /// many messages each sender sends
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = whole::<u64>(1..=MOST))]
    messages: u64,
    /// blocked-executor, starved-deadline, biased-select, shared-budget,
    /// starved-connection, retry-storm: for how long; at most a third of the watchdog's
    /// time [default: that, but no more than 100ms]
    #[arg(long, value_name = "TIME", value_parser = deadline)]
    block: Option<Duration>,
    /// After how long a piece that hangs is ended
    #[arg(long, value_name = "TIME", default_value = "600ms", value_parser = deadline)]
    watchdog: Duration,
}

impl Args {
    /// The job of these arguments.
    pub(crate) fn job(&self) -> Result<Job> {
        let most = self.watchdog / 3;
        let block = self.block.unwrap_or(most.min(USUAL_BLOCK));
        if block > most {
            let line = format!(
                "--block {block:?} is more than a third of --watchdog {:?}, which could take \
                 it for a hang",
                self.watchdog
            );
            return Err(Misuse::new(line).into());
        }
        let mut asked = self.hazard.iter();
        let is_asked = self.hazard.is_empty() || asked.any(|hazard| hazard.is_timed());
        if is_asked && block < LEAST_BLOCK {
            let line = format!(
                "--block {block:?} is as short as a busy core's delays; write at least \
                 {LEAST_BLOCK:?}, and --watchdog three times that"
            );
            return Err(Misuse::new(line).into());
        }
        let most = NonZeroUsize::new(MOST_WORKERS as usize).unwrap_or(TWO);
        let workers = self.workers.unwrap_or_else(|| cores().clamp(TWO, most));
        let (least, usual) = TASKS_A_WORKER;
        let usual = (workers.get() * usual).min(MOST_TASKS as usize);
        let tasks = self.tasks.map_or(usual, NonZeroUsize::get);
        if tasks < least * workers.get() {
            let line = format!(
                "--tasks {tasks} is not {least} times --workers {workers}: too few to be \
                 far more than the cores"
            );
            return Err(Misuse::new(line).into());
        }
        let mut hazards = self.hazard.clone();
        if hazards.is_empty() {
            hazards.extend(Hazard::all());
        }
        Ok(Job {
            hazards,
            pieces: match self.only {
                Some(kind) => vec![kind],
                None => vec![Kind::Failing, Kind::Cure],
            },
            workers,
            increments: self.increments,
            tasks,
            turns: self.turns,
            messages: self.messages,
            block_ms: block.as_millis() as u64,
            watchdog_ms: self.watchdog.as_millis() as u64,
        })
    }
}

/// For how long an executor is blocked unless something else is asked for.
const USUAL_BLOCK: Duration = Duration::from_millis(100);
/// A shorter block can't be distinguished from waiting for a core.
const LEAST_BLOCK: Duration = Duration::from_millis(50);
const TWO: NonZeroUsize = NonZeroUsize::new(2).expect("two is not zero");
