//! Some tasks fail, panic or hang, and the rest must arrive: every outcome, in input order,
//! with its whole chain of causes.
//!
//! The functions are `settle(items, work)` and `first_error(items, work)`: each variant has
//! its own, below the line `// The lesson`. Above it, `run` hands them the numbers of a
//! [`Job`]'s tasks, and [`persist`](work::persist) for the work.

mod exam;
pub mod parts;
pub mod variants;
pub mod work;

use std::{collections::BTreeMap, num::NonZeroUsize, thread, time::Duration};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use test_fixtures::Outcome;

use work::{Done, TaskError, outcome};

pub use exam::{Args, ErrorHandling};

/// What every variant gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// How many tasks there are, from number 0.
    pub tasks: usize,
    /// The tasks that go wrong, and how.
    pub faults: BTreeMap<usize, Fault>,
    /// Milliseconds that a task waits before it succeeds.
    pub wait_ms: f64,
    /// Milliseconds that one that goes wrong waits before it does.
    pub fault_after_ms: f64,
    /// What to do when one goes wrong.
    pub policy: Policy,
    /// How often a task is tried again, if its error is transient.
    pub retries: u32,
    /// Milliseconds before the first retry, at the most.
    pub backoff_ms: f64,
    /// Milliseconds after which a task is given up, all its attempts together.
    pub timeout_ms: f64,
    /// Threads of executors.
    pub workers: NonZeroUsize,
    /// Threads where each waiting task blocks one.
    pub blocking: NonZeroUsize,
}

/// How a task goes wrong. Each has its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Its record can't be read, however often.
    Fail,
    /// Its store is not reached at its first two attempts.
    Flaky,
    /// It panics with a message.
    Panic,
    /// It panics without one.
    PanicAny,
    /// It never ends on its own.
    Hang,
}

/// What to do when a task goes wrong.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Let the others come to their end, and collect all outcomes: `settle`.
    #[default]
    Collect,
    /// Stop the others; their outcomes are collected all the same: `first_error`.
    FailFast,
}

impl Job {
    /// How long a task waits before it succeeds.
    pub fn wait(&self) -> Duration {
        Duration::from_secs_f64(self.wait_ms / 1e3)
    }

    /// How long one that goes wrong waits before it does.
    pub fn fault_after(&self) -> Duration {
        Duration::from_secs_f64(self.fault_after_ms / 1e3)
    }

    /// The longest pause before the first retry.
    pub fn backoff(&self) -> Duration {
        Duration::from_secs_f64(self.backoff_ms / 1e3)
    }

    /// After how long a task is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_ms / 1e3)
    }
}

/// How a task ended: a panic is an error.
pub type End = thread::Result<Result<Done, TaskError>>;

/// What every variant returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The task because of which the others were stopped, if they were.
    pub first: Option<usize>,
    /// What became of each task, in input order.
    pub outcomes: Vec<Outcome<Done>>,
}

impl Output {
    /// All tasks have ended, none was stopped.
    pub fn settled(ends: impl IntoIterator<Item = End>) -> Self {
        Self {
            first: None,
            outcomes: ends.into_iter().map(ended).collect(),
        }
    }

    /// One task was the first to go wrong, if one did; `None` was stopped because of it.
    pub fn stopped(
        first: Option<usize>,
        ends: impl IntoIterator<Item = Option<End>>,
    ) -> Self {
        let outcome = |end: Option<End>| end.map_or(Outcome::Cancelled, ended);
        Self {
            first,
            outcomes: ends.into_iter().map(outcome).collect(),
        }
    }
}

fn ended(end: End) -> Outcome<Done> {
    end.map_or_else(Outcome::from, outcome)
}
