//! What goes wrong, each beside its cure, under a watchdog that makes a finding of a hang.
//!
//! A job names hazards. Each has on each runtime that it concerns a function that it bites
//! and the same function cured: two files in [`hazards`], which differ by that alone. A
//! variant is a runtime; its [`Output`] says what became of each function in a process of
//! its own.

mod exam;
pub mod hazards;
pub mod variants;
mod work;

use std::{num::NonZeroUsize, time::Duration};

use serde::{Deserialize, Serialize};
use test_fixtures::Usage;

pub use crate::{
    exam::{Args, Hazards},
    hazards::{Hazard, Kind},
    work::Record,
};
use work::record::HANDLING;

/// What every variant gets.
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
    /// How many messages each sender sends, beyond those that never wait.
    pub messages: u64,
    /// For how many milliseconds an executor is blocked, or a peer has something to send;
    /// other times are parts of it.
    pub block_ms: u64,
    /// After how many milliseconds a piece that hangs is ended.
    pub watchdog_ms: u64,
}

impl Job {
    /// For how long an executor is blocked, or a peer has something to send.
    pub fn block(&self) -> Duration {
        Duration::from_millis(self.block_ms)
    }

    /// How many frames a peer sends that take as long to handle.
    pub(crate) fn frames(&self) -> u64 {
        self.block().as_nanos() as u64 / HANDLING.as_nanos() as u64
    }

    /// For how long they are read.
    pub(crate) fn limit(&self) -> Duration {
        self.block() / 4
    }

    /// How long it takes to handle what was read, and for how long at most a client waits
    /// before it calls again.
    pub(crate) fn handling(&self) -> Duration {
        self.block() / 2
    }

    /// For how long a peer waits for an answer before it hangs up.
    pub(crate) fn patience(&self) -> Duration {
        self.handling() / 2
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

/// What every variant returns: one finding per hazard, in the job's order.
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
    /// How often it was done until it bit, in one process; or until the cure of
    /// `oversubscribed` was not disturbed, in a process each.
    pub attempts: u32,
    /// Nanoseconds of the last attempt, to its end or until it was killed.
    pub nanos: u64,
    /// What the process used, in all its attempts.
    pub usage: Usage,
    /// What the work recorded in the last attempt.
    #[serde(default)]
    pub record: Record,
}

/// How a piece ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// On its own, with this result.
    Done(u64),
    /// It was killed with this many threads asleep, none of which would have woken.
    Hung(usize),
    /// It could not be done.
    Failed(String),
}
