//! A process pool: primes are counted by range in worker processes, and the counts come
//! back in input order.
//!
//! The function is `map(workers, tasks, timeout, worker)`: each variant has its own, below
//! the line `// The lesson`, and all share [`parts`]. It takes any task that serde can carry;
//! `examples/own_task.rs` has one of its own. Above it, `run` hands it the ranges of a
//! [`Job`].

mod exam;
pub mod parts;
pub mod variants;
pub mod work;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZeroUsize,
    ops::Range,
    process,
    time::Duration,
};

use parts::session::{End, WINDOW};
use serde::{Deserialize, Serialize};
use test_fixtures::{Outcome, Span, monotonic_nanos, record_span};

pub use exam::{JobArgs, Line, ProcessPool, Server, Stage, Unnamed, nats_server};
pub use work::{
    Count, Fault, FaultKind, Report, Task, connect, epoch_of_clock, this_host,
    worker_with_host,
};

/// What the names of all runs on a NATS server begin with.
pub const RUNS: &str = "process-pool-";

/// What every variant gets.
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
    /// How long a task waits first, in microseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wait_us: u64,
    /// What is to go wrong.
    pub faults: Vec<Fault>,
    /// The NATS server of the variant that needs one; else its stage names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats: Option<String>,
    /// Whether its counts name the machines that made them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub names_hosts: bool,
    /// The name of the run there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// How much longer a round trip to that server takes, in microseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_us: u64,
    /// How many tasks a worker has in hand there, at most; as many as in the other variants
    /// where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<NonZeroUsize>,
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

    /// The task of a range.
    pub fn task(&self, index: usize) -> Task {
        Task {
            wait: self.wait(),
            ..Task::new(self.range(index), self.noop, self.fault(index).cloned())
        }
    }

    /// Every task in input order, each made when it is asked for.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = Task> + Send + use<> {
        let job = self.clone();
        (0..self.ranges).map(move |index| job.task(index))
    }

    /// What is to go wrong in a task; of several faults, the last.
    pub fn fault(&self, index: usize) -> Option<&Fault> {
        let mut latest_first = self.faults.iter().rev();
        latest_first.find(|fault| fault.task.is_none_or(|task| task == index))
    }

    /// The name of its run on a NATS server. The job is part of it, so that a run that goes
    /// on has the same tasks.
    pub fn run_name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        let job = Self {
            nats: None,
            workers: NonZeroUsize::MIN,
            delay_us: 0,
            window: None,
            ..self.clone()
        };
        format!("{job:?}").hash(&mut hasher);
        let name = match &self.run {
            Some(name) => name.clone(),
            // Nobody else's.
            None => format!("{}-{}", process::id(), monotonic_nanos()),
        };
        format!("{RUNS}{name}-{:x}", hasher.finish())
    }

    /// How long a task waits before it does anything else.
    pub fn wait(&self) -> Duration {
        Duration::from_micros(self.wait_us)
    }

    /// How much longer a round trip to its NATS server takes than it would.
    pub fn delay(&self) -> Duration {
        Duration::from_micros(self.delay_us)
    }

    /// How many tasks a worker of the variant with a server has in hand, at most.
    pub fn window(&self) -> usize {
        self.window.map_or(WINDOW, NonZeroUsize::get)
    }

    /// A task's deadline, from when its worker turns to it.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// What every variant returns.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The outcome of each range, in input order.
    pub outcomes: Vec<Outcome<Count>>,
}

impl Output {
    /// The outcome of each range with worker processes, in input order. Records when it was
    /// counted, as they report it.
    pub fn of_processes(job: &Job, ends: Vec<End<Report>>) -> Self {
        let outcome = |(index, end): (_, End<Report>)| match end {
            End::Done(report) => {
                let range = job.range(index);
                record_span(|| {
                    let pid = report.pid;
                    let is_here =
                        report.host.as_ref().is_none_or(|host| *host == this_host());
                    let epoch = report.epoch.filter(|_| !is_here);
                    let lane = match &report.host {
                        Some(host) => format!("{host}/{pid}"),
                        None => format!("worker {pid}"),
                    };
                    Span {
                        task: format!("{range:?}"),
                        lane,
                        start: here(report.start, epoch),
                        end: here(report.end, epoch),
                        note: None,
                    }
                });
                Outcome::Ok(report.count(range))
            }
            End::Panicked(message) | End::Refused(message) => Outcome::Panicked(message),
            End::TimedOut => Outcome::TimedOut,
            End::WorkerLost => Outcome::WorkerLost,
        };
        Self {
            outcomes: ends.into_iter().enumerate().map(outcome).collect(),
        }
    }
}

/// A time on the clock that this machine's processes share, of one on a clock with this
/// epoch. Another machine's has another.
fn here(time: u64, epoch: Option<u64>) -> u64 {
    match epoch {
        Some(there) => (time + there).saturating_sub(epoch_of_clock()),
        None => time,
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
