//! The results of a comparison, as they are kept in `results.json`.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use test_fixtures::{Facts, Floor, Memory, Usage};

use crate::{
    host::Host,
    statistics::{Estimate, Verdict, median},
};

/// The version of this form. A field that is added leaves it; one that changes raises it.
pub(crate) const VERSION: u32 = 1;

/// A whole comparison.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) version: u32,
    /// The command line that made it.
    pub(crate) command: Vec<String>,
    /// Seconds since 1970.
    pub(crate) started: u64,
    pub(crate) host: Host,
    /// Whether it was ended before its time.
    pub(crate) interrupted: bool,
    pub(crate) models: Vec<ModelResults>,
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs()
}

/// One model's job on all its variants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ModelResults {
    pub(crate) name: String,
    pub(crate) about: String,
    /// The job in one line.
    pub(crate) job: String,
    /// What the user gave for the job and its comparison, beside the comparison's defaults.
    pub(crate) args: Vec<String>,
    /// The variant that ratios are to.
    pub(crate) reference: String,
    /// The two rows that differ most instructively; none in results of earlier versions.
    #[serde(default)]
    pub(crate) pair: Option<[String; 2]>,
    pub(crate) rounds: usize,
    /// What else the machine did, one a round; empty in results of earlier versions.
    #[serde(default)]
    pub(crate) noise: Vec<Noise>,
    /// Rounds that something disturbed; their samples count like all others.
    #[serde(default)]
    pub(crate) noisy: Vec<Noisy>,
    /// The seed of the orders in which the rounds went.
    pub(crate) seed: u64,
    /// One a round, in order; empty where nothing bounds the job from below.
    pub(crate) floors: Vec<Floor>,
    /// The factor below which no ratio is called a difference; `None` with too few rounds.
    pub(crate) resolution: Option<f64>,
    pub(crate) rows: Vec<Row>,
    /// Pairs of rows that can't be told apart.
    pub(crate) ties: Vec<(String, String)>,
}

impl ModelResults {
    /// The median of the floors, in nanoseconds.
    pub(crate) fn floor(&self) -> Option<f64> {
        let nanos: Vec<f64> = self.floors.iter().map(|f| f.nanos as f64).collect();
        median(&nanos)
    }
}

/// One variant, peer or control.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) about: String,
    pub(crate) legacy: bool,
    /// Whether this machine lacks what it needs; the failure says what.
    #[serde(default)]
    pub(crate) is_not_installed: bool,
    /// Trials that were checked, in the order of their rounds.
    pub(crate) samples: Vec<Sample>,
    /// Trials that were not, and why; by the number of the round.
    pub(crate) failures: BTreeMap<usize, String>,
    /// Declared deviations that happened, by their case.
    pub(crate) deviations: BTreeMap<String, Deviated>,
    pub(crate) summary: Option<Summary>,
    /// Its source; none of a control, nor of a program that the user brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source>,
    /// Functions that go wrong with their cures, where it has such.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pairs: Vec<Pair>,
    /// When it did what, in a trial of its own that none of the samples come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timeline: Option<Timeline>,
}

/// What the machine did for others during a round.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Noise {
    /// How long the round took, in nanoseconds.
    pub(crate) nanos: u64,
    /// The share of the cores' time that the hypervisor gave to others, from 0 to 1.
    pub(crate) steal: f64,
    /// The load average of the last minute when the round ended.
    pub(crate) load: f64,
}

/// A round that something disturbed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noisy {
    /// The number of the round, from 0.
    pub(crate) round: usize,
    /// What gives it away: "1.31 times as slow as most".
    pub(crate) why: String,
}

/// A variant's or peer's source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Source {
    /// Its place in the workspace: `crates/locks/src/variants/tokio.rs`.
    pub(crate) path: String,
    /// In results of earlier versions, its parts stand behind it.
    pub(crate) text: String,
    /// The files that its lesson comes with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<Part>,
    /// The lines of a `Cargo.toml` that its lesson needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) needs: Vec<String>,
}

/// A function that goes wrong, and its cure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pair {
    /// What goes wrong: `futurelock`.
    pub(crate) name: String,
    pub(crate) failing: Source,
    pub(crate) cure: Source,
}

/// A file that a lesson comes with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Its place in the workspace.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Part {
    /// The file's name: `semaphore.rs`.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// One trial's pieces of work, on the time axis of that trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Timeline {
    /// How long the job took, in nanoseconds.
    pub(crate) nanos: u64,
    /// Workers or connections, in the order in which they began.
    pub(crate) lanes: Vec<String>,
    /// In the order in which they began.
    pub(crate) bars: Vec<Bar>,
    /// Spans beyond the most that are kept.
    pub(crate) left_out: usize,
}

/// One piece of work of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bar {
    /// The index of its lane.
    pub(crate) lane: usize,
    pub(crate) task: String,
    /// Nanoseconds since the job began.
    pub(crate) start: u64,
    /// Nanoseconds since the job began.
    pub(crate) end: u64,
    /// What was out of the ordinary; none if it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// A declared deviation that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deviated {
    /// What was seen, the last time.
    pub(crate) why: String,
    /// The declared reason.
    pub(crate) reason: String,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Variant,
    /// The reference under a second name.
    Control,
    /// A program outside Rust, or one that the user brought.
    Peer,
}

/// One checked trial.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// The number of its round, from 0.
    pub(crate) round: usize,
    pub(crate) nanos: u64,
    pub(crate) usage: Usage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) memory: Option<Memory>,
    pub(crate) facts: Facts,
}

/// What a row's samples come to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Nanoseconds.
    pub(crate) time: Estimate,
    /// Times the median of the floors.
    pub(crate) to_floor: Option<Estimate>,
    /// Times the reference of the same round; `None` for the reference itself.
    pub(crate) to_reference: Option<Estimate>,
    pub(crate) verdict: Option<Verdict>,
    /// Nanoseconds of all cores, for the whole process.
    pub(crate) cpu: f64,
    /// Bytes at the most.
    pub(crate) memory: Option<f64>,
    /// Context switches, for the whole process.
    pub(crate) switches: f64,
}
