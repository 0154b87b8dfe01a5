//! The job: what every variant is handed, and what it hands back.

use std::{fmt, num::NonZeroUsize, str::FromStr, time::Duration};

use clap::ValueEnum;
use fetching::{
    Trust,
    files::{Name, NameError, Saving},
};
use rustls::ClientConfig;
use serde::{Deserialize, Serialize};
use test_fixtures::Outcome;
use ureq::tls::TlsConfig;

use crate::{Passage, Saved};

/// What every variant is handed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What to fetch: an item each.
    pub urls: Vec<String>,
    /// How items and stages are laid out.
    pub shape: Shape,
    /// Who works at once: in each stage, or the chains; and the threads of runtimes that
    /// have a choice.
    pub workers: NonZeroUsize,
    /// Items that each queue between two stages has room for.
    pub queue: NonZeroUsize,
    /// After how many saved items whoever takes them in leaves.
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

/// How items and stages are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One worker takes an item through all stages
    Chained,
    /// Each stage has workers of its own, with a bounded queue before the next
    Staged,
}

/// A stage that items pass, in this order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The body is read whole.
    Fetch,
    /// It is hashed, and its words are counted.
    Process,
    /// It is written to a file.
    Save,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Stage; 3] = [Stage::Fetch, Stage::Process, Stage::Save];
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Fetch => "fetch",
            Stage::Process => "process",
            Stage::Save => "save",
        })
    }
}

/// What is to go wrong with one item in one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where.
    pub stage: Stage,
    /// With which item.
    pub item: usize,
    /// What.
    pub kind: FaultKind,
}

/// What is to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The item can't be worked on: its own outcome.
    Fail,
    /// The code of the stage panics: the end of the run.
    Panic,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let mut words = text.split(':');
            let fault = Fault {
                stage: Stage::from_str(words.next()?, false).ok()?,
                item: words.next()?.parse().ok()?,
                kind: FaultKind::from_str(words.next()?, false).ok()?,
            };
            words.next().is_none().then_some(fault)
        };
        read().ok_or_else(|| {
            "a fault is STAGE:ITEM:KIND, STAGE fetch, process or save, ITEM a number from \
             0, KIND fail or panic"
                .to_owned()
        })
    }
}

/// What every variant hands back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// What became of each item, in input order; `Cancelled` if whoever takes them in had
    /// left before.
    pub outcomes: Vec<Outcome<Saved>>,
    /// Who was in which stage from when to when, as the work itself recorded it.
    pub passages: Vec<Passage>,
}

impl Job {
    /// After how long a request is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// What the client is told, the same in every variant.
    pub fn client(&self) -> page_client::Settings {
        page_client::Settings {
            timeout: self.timeout(),
            connections: self.workers.get(),
            trust: Trust::new(&self.urls, self.cacert.as_deref()),
        }
    }

    /// How https is verified by rustls.
    pub fn tls(&self) -> ClientConfig {
        Trust::new(&self.urls, self.cacert.as_deref()).rustls()
    }

    /// The same for ureq.
    pub fn ureq_tls(&self) -> TlsConfig {
        Trust::new(&self.urls, self.cacert.as_deref()).ureq()
    }

    /// What is to go wrong with this item in this stage.
    pub(crate) fn fault(&self, stage: Stage, item: usize) -> Option<FaultKind> {
        let mut faults = self.faults.iter();
        let fault = faults.find(|fault| (fault.stage, fault.item) == (stage, item))?;
        Some(fault.kind)
    }

    /// How long a stage is known to take for an item at least, in milliseconds.
    pub(crate) fn least_ms(&self, stage: Stage) -> f64 {
        match stage {
            Stage::Fetch => self.latency_ms,
            Stage::Process => self.process_ms,
            Stage::Save => self.save_ms,
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
