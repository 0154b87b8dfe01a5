//! The job, and the command line's view of it.

use std::{fmt, num::NonZeroUsize, ops::Range, str::FromStr, time::Duration};

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use test_fixtures::{Misuse, deadline, whole};

use crate::task::Task;

const MOST_NUMBERS: u64 = 1_000_000_000;
const MOST_RANGES: u64 = 1_000_000;
const MOST_WORKERS: u64 = 256;

/// Counts primes by range, in worker processes.
#[derive(Args, Clone, Debug)]
pub struct JobArgs {
    /// Count the primes below this number
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    #[arg(value_parser = whole::<u64>(0..=MOST_NUMBERS))]
    below: u64,
    /// In this many ranges of the same length, a task each
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = whole::<usize>(0..=MOST_RANGES))]
    ranges: usize,
    /// On this many worker processes
    #[arg(long, value_name = "N", default_value = "4")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_WORKERS))]
    workers: NonZeroUsize,
    /// A task's deadline
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = deadline)]
    timeout: Duration,
    /// Tasks do nothing: what is left is the pool itself
    #[arg(long)]
    noop: bool,
    /// Make a task go wrong, at its first attempt or always: 3:kill, all:panic:always.
    /// Kinds: kill, exit, abort, panic, stop, corrupt-magic, huge-length, short-frame,
    /// flood-stderr, big (8 MiB each way)
    #[arg(long, value_name = "TASK:KIND[:always]")]
    fault: Vec<Fault>,
}

/// What every variant is handed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Primes below this number are counted.
    pub below: u64,
    /// In this many ranges, a task each.
    pub ranges: usize,
    /// On this many workers.
    pub workers: NonZeroUsize,
    /// A task's deadline, in milliseconds from when its worker turns to it.
    pub timeout_ms: u64,
    /// Whether tasks do nothing.
    pub noop: bool,
    /// What is to go wrong.
    pub faults: Vec<Fault>,
}

/// One thing that is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// In this task; in every task if there is none.
    pub task: Option<usize>,
    /// What.
    pub kind: FaultKind,
    /// At every attempt, not only at the first.
    pub always: bool,
}

/// What goes wrong. Each has its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The worker is killed in the middle of the task.
    Kill = 1,
    /// It exits with code 0 and without a reply.
    Exit,
    /// It aborts.
    Abort,
    /// The task panics.
    Panic,
    /// The worker is stopped, and nobody lets it go on.
    Stop,
    /// It answers with a frame of the wrong magic.
    CorruptMagic,
    /// It answers with a frame that claims 4 GiB.
    HugeLength,
    /// It answers with half a frame, and exits.
    ShortFrame,
    /// It writes 4 MiB to its standard error first.
    FloodStderr,
    /// The task has 8 MiB of ballast, and so has its reply.
    Big,
}

impl FaultKind {
    /// All of them, with their names.
    pub const ALL: [(&'static str, FaultKind); 10] = [
        ("kill", FaultKind::Kill),
        ("exit", FaultKind::Exit),
        ("abort", FaultKind::Abort),
        ("panic", FaultKind::Panic),
        ("stop", FaultKind::Stop),
        ("corrupt-magic", FaultKind::CorruptMagic),
        ("huge-length", FaultKind::HugeLength),
        ("short-frame", FaultKind::ShortFrame),
        ("flood-stderr", FaultKind::FloodStderr),
        ("big", FaultKind::Big),
    ];
}

impl FromStr for Fault {
    type Err = Misuse;

    fn from_str(text: &str) -> Result<Self, Misuse> {
        let wrong = || {
            let kinds: Vec<_> = FaultKind::ALL.iter().map(|(name, _)| *name).collect();
            let kinds = kinds.join(", ");
            Misuse::new(format!(
                "a fault is TASK:KIND or TASK:KIND:always, TASK a number or `all`, KIND one of {kinds}"
            ))
        };
        let mut parts = text.split(':');
        let task = match parts.next() {
            Some("all") => None,
            Some(number) => Some(number.parse().map_err(|_| wrong())?),
            None => return Err(wrong()),
        };
        let name = parts.next().ok_or_else(wrong)?;
        let known = FaultKind::ALL.iter().find(|(known, _)| *known == name);
        let (_, kind) = *known.ok_or_else(wrong)?;
        let always = match (parts.next(), parts.next()) {
            (None, _) => false,
            (Some("always"), None) => true,
            _ => return Err(wrong()),
        };
        Ok(Self { task, kind, always })
    }
}

impl JobArgs {
    /// The job of these arguments, if it is one.
    pub(crate) fn job(&self) -> Result<Job> {
        for fault in &self.fault {
            if let Some(task) = fault.task.filter(|task| *task >= self.ranges) {
                let ranges = self.ranges;
                let why = format!(
                    "--fault: there is no task {task} among {ranges}; they count from 0"
                );
                return Err(Misuse(why).into());
            }
        }
        Ok(Job {
            below: self.below,
            ranges: self.ranges,
            workers: self.workers,
            timeout_ms: self.timeout.as_millis() as u64,
            noop: self.noop,
            faults: self.fault.clone(),
        })
    }
}

impl Job {
    /// The numbers of a range. All ranges together are `0..below`, with nothing left out:
    /// each begins where the one before it ends.
    pub fn range(&self, index: usize) -> Range<u64> {
        let boundary = |index: usize| {
            let product = u128::from(self.below) * index as u128;
            (product / self.ranges as u128) as u64
        };
        boundary(index)..boundary(index + 1)
    }

    /// A task, at its first attempt.
    pub fn task(&self, index: usize) -> Task {
        Task {
            id: index,
            attempt: 1,
            range: self.range(index),
            noop: self.noop,
            fault: self.fault(index).cloned(),
        }
    }

    /// Every task in input order.
    pub fn tasks(&self) -> impl Iterator<Item = Task> {
        (0..self.ranges).map(|index| self.task(index))
    }

    /// What is to go wrong in a task; of several faults, the last.
    pub fn fault(&self, index: usize) -> Option<&Fault> {
        let mut latest_first = self.faults.iter().rev();
        latest_first.find(|fault| fault.task.is_none_or(|task| task == index))
    }

    /// A task's deadline, from when its worker turns to it.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { below, ranges, .. } = self;
        let s = |count: usize| if count == 1 { "" } else { "s" };
        match self.noop {
            true => write!(f, "{ranges} task{} that do nothing", s(*ranges))?,
            false => write!(f, "primes below {below} in {ranges} range{}", s(*ranges))?,
        }
        write!(f, " on {} worker{}", self.workers, s(self.workers.get()))?;
        match self.faults.len() {
            0 => Ok(()),
            count => write!(f, ", {count} fault{}", s(count)),
        }
    }
}
