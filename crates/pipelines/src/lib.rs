//! A pipeline: each item is fetched, processed and saved, by one worker after the other or by
//! stages with bounded queues between them.
//!
//! The functions are `chained(queue, workers, items, steps, each)` and `staged` with the same
//! parameters: each variant has its own, below the line `// The lesson`. Above it, `run`
//! hands them the items of a [`Job`] and the three steps of [`work`].

mod exam;
pub mod variants;
pub mod work;

use std::{fmt, num::NonZeroUsize, time::Duration};

use clap::ValueEnum;
use fetching::{
    Trust,
    files::{Name, NameError, Saving},
};
use serde::{Deserialize, Serialize};
use test_fixtures::Outcome;

pub use exam::{Args, Pipelines, Stage};
pub use work::{Content, Fault, FaultKind, Passage, Saved};

/// What every variant gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What to fetch: an item each.
    pub urls: Vec<String>,
    /// Who does an item's steps.
    pub shape: Shape,
    /// How many work at once: in each stage, or the chains.
    pub workers: NonZeroUsize,
    /// Threads of executors.
    pub threads: NonZeroUsize,
    /// Items that each queue between two stages has room for.
    pub queue: NonZeroUsize,
    /// After how many saved items the consumer leaves.
    pub take: Option<usize>,
    /// The name of each one's file, or why it can't have one.
    pub names: Vec<Result<Name, NameError>>,
    /// Where to save, and how.
    pub saving: Saving,
    /// What https is to trust beside the system's roots, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cacert: Option<String>,
    /// Bytes that a body may have.
    pub most_bytes: u64,
    /// Milliseconds after which a request is given up.
    pub timeout_ms: u64,
    /// Milliseconds that the origin is known to wait before each answer; for the floor.
    pub latency_ms: f64,
    /// Milliseconds that processing an item takes on top.
    pub process_ms: f64,
    /// Milliseconds that saving an item takes on top.
    pub save_ms: f64,
    /// What is to go wrong.
    pub faults: Vec<Fault>,
}

/// Who does an item's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One worker does all steps of an item
    Chained,
    /// Each step has workers of its own: a stage, with a bounded queue before the next
    Staged,
}

/// A step that is done to each item, in this order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The body is read whole.
    Fetch,
    /// It is hashed, and its words are counted.
    Process,
    /// It is written to a file.
    Save,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Step; 3] = [Step::Fetch, Step::Process, Step::Save];
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Fetch => "fetch",
            Step::Process => "process",
            Step::Save => "save",
        })
    }
}

/// What every variant returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// What became of each item, in input order; `Cancelled` if the consumer had left
    /// before.
    pub outcomes: Vec<Outcome<Saved>>,
    /// When each item was in which step, as the work itself recorded it.
    pub passages: Vec<Passage>,
}

impl Job {
    /// The client's settings, the same in every variant.
    pub fn client(&self) -> page_client::Settings {
        page_client::Settings {
            timeout: Duration::from_millis(self.timeout_ms),
            connections: self.workers.get(),
            trust: Trust::new(&self.urls, self.cacert.as_deref()),
        }
    }

    /// What is to go wrong with this item in this step.
    pub(crate) fn fault(&self, step: Step, item: usize) -> Option<FaultKind> {
        let mut faults = self.faults.iter();
        let fault = faults.find(|fault| (fault.step, fault.item) == (step, item))?;
        Some(fault.kind)
    }

    /// How long a step is known to take for an item at least, in milliseconds.
    pub(crate) fn least_ms(&self, step: Step) -> f64 {
        match step {
            Step::Fetch => self.latency_ms,
            Step::Process => self.process_ms,
            Step::Save => self.save_ms,
        }
    }

    /// How many items can be under way at once.
    pub(crate) fn room(&self) -> usize {
        let workers = self.workers.get();
        match self.shape {
            Shape::Chained => workers,
            Shape::Staged => 3 * workers + 2 * self.queue.get(),
        }
    }
}
