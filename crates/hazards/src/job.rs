//! The job: what is asked for on the command line, what every variant is handed, and what
//! it hands back.

use std::{num::NonZeroUsize, time::Duration};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use test_fixtures::{Misuse, Usage, cores, deadline, whole};

use crate::{Hazard, Kind, work::Record};

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
    /// Which hazards, with commas between them [default: all]
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
    /// leaked-sender, cancelled-read: how many messages each sender sends
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = whole::<u64>(1..=MOST))]
    messages: u64,
    /// blocked-executor: for how long; at most a third of the watchdog's time [default:
    /// that, but no more than 200ms]
    #[arg(long, value_name = "TIME", value_parser = deadline)]
    block: Option<Duration>,
    /// After how long a piece that hangs is ended
    #[arg(long, value_name = "TIME", default_value = "600ms", value_parser = deadline)]
    watchdog: Duration,
}

/// What every variant is handed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What is to go wrong, in this order.
    pub hazards: Vec<Hazard>,
    /// The pieces of each, in this order.
    pub pieces: Vec<Kind>,
    /// How many threads or tasks meet, and the threads of executors and pools.
    pub workers: NonZeroUsize,
    /// How often each worker increments.
    pub increments: u64,
    /// How many tasks take turns.
    pub tasks: usize,
    /// How many turns each of them takes.
    pub turns: u64,
    /// How many messages each sender sends.
    pub messages: u64,
    /// For how many milliseconds an executor is blocked.
    pub block_ms: u64,
    /// After how many milliseconds a piece that hangs is ended.
    pub watchdog_ms: u64,
}

/// What every variant hands back: a finding a hazard, in the job's order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// What came of each.
    pub findings: Vec<Finding>,
}

/// What came of a hazard on one runtime.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Which.
    pub hazard: Hazard,
    /// Why it does not concern this runtime; then there are no pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared: Option<String>,
    /// The failing piece, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<Watched>,
    /// The cure, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<Watched>,
}

/// A piece, as its watchdog saw it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watched {
    /// How it ended.
    pub ended: Ended,
    /// How often it was done until it bit, in one process.
    pub attempts: u32,
    /// Nanoseconds of the last attempt, to its end or until it was killed.
    pub nanos: u64,
    /// What the process used, in all attempts.
    pub usage: Usage,
    /// What the work recorded in the last attempt.
    #[serde(default)]
    pub record: Record,
}

/// How a piece ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By itself, and this is what it came to.
    Done(u64),
    /// It was killed with so many threads asleep, none of which would have woken.
    Hung(usize),
    /// It could not be done.
    Failed(String),
}

impl Job {
    /// The job of these arguments.
    pub(crate) fn new(args: &Args) -> Result<Self> {
        let most = args.watchdog / 3;
        let block = args.block.unwrap_or(most.min(USUAL_BLOCK));
        if block > most {
            let line = format!(
                "--block {block:?} is more than a third of --watchdog {:?}, which could take \
                 it for a hang",
                args.watchdog
            );
            return Err(Misuse::new(line).into());
        }
        let is_asked =
            args.hazard.is_empty() || args.hazard.contains(&Hazard::BlockedExecutor);
        if is_asked && block < LEAST_BLOCK {
            let line = format!(
                "--block {block:?} is as short as a busy core's delays; write at least \
                 {LEAST_BLOCK:?}, and --watchdog three times that"
            );
            return Err(Misuse::new(line).into());
        }
        let most = NonZeroUsize::new(MOST_WORKERS as usize).unwrap_or(TWO);
        let workers = args.workers.unwrap_or_else(|| cores().clamp(TWO, most));
        let (least, usual) = TASKS_A_WORKER;
        let usual = (workers.get() * usual).min(MOST_TASKS as usize);
        let tasks = args.tasks.map_or(usual, NonZeroUsize::get);
        if tasks < least * workers.get() {
            let line = format!(
                "--tasks {tasks} is not {least} times --workers {workers}: too few to be \
                 far more than the cores"
            );
            return Err(Misuse::new(line).into());
        }
        let mut hazards = args.hazard.clone();
        if hazards.is_empty() {
            hazards.extend(Hazard::all());
        }
        Ok(Self {
            hazards,
            pieces: match args.only {
                Some(kind) => vec![kind],
                None => vec![Kind::Failing, Kind::Cure],
            },
            workers,
            increments: args.increments,
            tasks,
            turns: args.turns,
            messages: args.messages,
            block_ms: block.as_millis() as u64,
            watchdog_ms: args.watchdog.as_millis() as u64,
        })
    }

    /// For how long an executor is blocked.
    pub fn block(&self) -> Duration {
        Duration::from_millis(self.block_ms)
    }

    /// After how long a piece that hangs is ended.
    pub fn watchdog(&self) -> Duration {
        Duration::from_millis(self.watchdog_ms)
    }

    /// What the counter of lost-update must come to.
    pub(crate) fn increments_in_all(&self) -> u64 {
        self.increments * self.workers.get() as u64
    }

    /// How many turns are taken in all.
    pub(crate) fn turns_in_all(&self) -> u64 {
        self.turns * self.tasks as u64
    }
}

/// For how long an executor is blocked unless something else is asked for.
const USUAL_BLOCK: Duration = Duration::from_millis(200);
/// What is blocked for less can't be told from what waits for a core.
const LEAST_BLOCK: Duration = Duration::from_millis(50);
const TWO: NonZeroUsize = NonZeroUsize::new(2).expect("two is not zero");
