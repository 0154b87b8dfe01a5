//! The results of a comparison, as they are kept in `results.json`.

use std::{
    collections::BTreeMap,
    env,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use test_fixtures::{Facts, Floor, Memory, Surveyed, Usage, runtime_of};

use crate::{
    foreign::Foreign,
    host::Host,
    latency::{Latency, RowLatency},
    looks::Decided,
    source::{Pair, Source},
    statistics::{Estimate, TAIL, Verdict, median},
};

/// The version of this form. A field that is added leaves it; one that changes raises it.
pub const VERSION: u32 = 1;

/// A whole comparison.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    /// The version of the form.
    pub version: u32,
    /// The command line that made it.
    pub command: Vec<String>,
    /// Seconds since 1970.
    pub started: u64,
    /// The machine and the versions that it was made with.
    pub host: Host,
    /// Whether it was ended before its time.
    pub interrupted: bool,
    /// One for each model.
    pub models: Vec<ModelResults>,
}

/// The command line of this program.
pub fn command() -> Vec<String> {
    let mut words: Vec<String> = env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    words.escape();
    words
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs()
}

/// One model's job on all its variants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelResults {
    /// The model's name.
    pub name: String,
    /// The model's job in one sentence.
    pub about: String,
    /// The job in one line.
    pub job: String,
    /// What the user gave for the job and its comparison, beside the comparison's defaults.
    pub args: Vec<String>,
    /// The variant that ratios are to.
    pub reference: String,
    /// The two rows that differ most instructively; none in results of earlier versions.
    #[serde(default)]
    pub pair: Option<[String; 2]>,
    /// Rounds that were completed.
    pub rounds: usize,
    /// Trials of each variant in a round, of which the middle one is the sample; 1 in
    /// results of earlier versions.
    #[serde(default = "one_trial")]
    pub trials: usize,
    /// What else the machine did, one a round; empty in results of earlier versions.
    #[serde(default)]
    pub noise: Vec<Noise>,
    /// Rounds that something disturbed; their samples count like all others.
    #[serde(default)]
    pub noisy: Vec<Noisy>,
    /// The seed of the orders of the turns in the rounds.
    pub seed: u64,
    /// One a round, in order; empty where nothing bounds the job from below.
    pub floors: Vec<Floor>,
    /// The factor below which no ratio is called a difference; `None` with too few rounds.
    pub resolution: Option<f64>,
    /// One for each variant, peer and control.
    pub rows: Vec<Row>,
    /// Pairs of rows that can't be told apart.
    pub ties: Vec<(String, String)>,
    /// What an item is whose latency the rows have: "a request".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// How it ended, where it ran until it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

fn one_trial() -> usize {
    1
}

impl ModelResults {
    /// The chance that an interval leaves the median out at one end.
    pub fn tail(&self) -> f64 {
        self.decided.as_ref().map_or(TAIL, |decided| decided.tail)
    }

    /// The median of the floors, in nanoseconds.
    pub fn floor(&self) -> Option<f64> {
        let nanos: Vec<f64> = self.floors.iter().map(|f| f.nanos as f64).collect();
        median(&nanos)
    }

    /// The median of the floors of a row, in nanoseconds: of a control those of the
    /// reference.
    pub fn floor_of(&self, row: &Row) -> Option<f64> {
        let name = match row.kind {
            Kind::Control => &self.reference,
            Kind::Variant | Kind::Peer => &row.name,
        };
        let nanos: Vec<f64> = self.floors.iter().map(|f| f.of(name) as f64).collect();
        median(&nanos)
    }
}

/// One variant, peer or control.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// The name of the variant, peer or control.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// What it is, in a phrase.
    pub about: String,
    /// The runtime that it is on, or a peer's language; empty of a program that the user
    /// brought, and in results of earlier versions.
    #[serde(default)]
    pub runtime: String,
    /// Whether its packages are discontinued.
    pub legacy: bool,
    /// What it leaves out or does instead, where its job isn't quite that of the others;
    /// none in results of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub another_job: Option<String>,
    /// Whether this machine lacks what it needs; the failure names it.
    #[serde(default)]
    pub is_not_installed: bool,
    /// Trials that were checked, in the order of their rounds.
    pub samples: Vec<Sample>,
    /// Trials that were not, and why; by the number of the round.
    pub failures: BTreeMap<usize, String>,
    /// What the program printed in the last of them; by the number of the round.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub last_words: BTreeMap<usize, LastWords>,
    /// Declared deviations that happened, by their case.
    pub deviations: BTreeMap<String, Deviated>,
    /// The summary of the samples; none without samples.
    pub summary: Option<Summary>,
    /// Its source; none of a control, nor of a program that the user brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Functions that go wrong with their cures, where it has such.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    /// When it did what, in a trial of its own that none of the samples come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// What goes wrong on it, and what the cure costs, where its model makes a survey: in a
    /// trial of its own that none of the samples come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survey: Vec<Surveyed>,
}

impl Row {
    /// The runtime, the peer's language, or the name of a program that the user brought.
    /// Results of earlier versions have names alone.
    pub fn runtime(&self) -> &str {
        let language = || self.name.split('_').next().unwrap_or(&self.name);
        match &*self.runtime {
            "" => runtime_of(&self.name).unwrap_or_else(language),
            runtime => runtime,
        }
    }
}

/// What a program printed that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastWords {
    /// The end of its standard error.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// The start of its standard output.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stdout: String,
}

/// What the machine did for others during a round.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Noise {
    /// How long the round took, in nanoseconds.
    pub nanos: u64,
    /// The share of the cores' time that the hypervisor gave to others, from 0 to 1.
    pub steal: f64,
    /// The load average of the last minute when the round ended.
    pub load: f64,
}

/// A round that something disturbed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noisy {
    /// The number of the round, from 0.
    pub round: usize,
    /// The reason: "1.31 times as slow as most".
    pub why: String,
}

/// One trial's pieces of work, on the time axis of that trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// How long the job took, in nanoseconds.
    pub nanos: u64,
    /// Workers or connections, in the order in which they began.
    pub lanes: Vec<String>,
    /// In the order in which they began.
    pub bars: Vec<Bar>,
    /// Spans beyond the most that are kept.
    pub left_out: usize,
}

/// One piece of work of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// The index of its lane.
    pub lane: usize,
    /// What was worked on.
    pub task: String,
    /// Nanoseconds since the job began.
    pub start: u64,
    /// Nanoseconds since the job began.
    pub end: u64,
    /// What was out of the ordinary; none if it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A declared deviation that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deviated {
    /// What was seen, the last time.
    pub why: String,
    /// The declared reason.
    pub reason: String,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A variant of the model.
    Variant,
    /// The reference under a second name.
    Control,
    /// A program outside Rust, or one that the user brought.
    Peer,
}

/// One checked trial: of those of its round the one in the middle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// The number of its round, from 0.
    pub round: usize,
    /// How long the job took, in nanoseconds.
    pub nanos: u64,
    /// What the process took of the machine.
    pub usage: Usage,
    /// None where the system doesn't report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// What the check saw. Samples of a row that saw the same have it once.
    pub facts: Arc<Facts>,
    /// How long its items took, if that was asked for and it reported that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
}

/// The summary of a row's samples.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// Nanoseconds.
    pub time: Estimate,
    /// Times the median of the floors.
    pub to_floor: Option<Estimate>,
    /// Times the reference of the same round; `None` for the reference itself.
    pub to_reference: Option<Estimate>,
    /// How it compares with the reference.
    pub verdict: Option<Verdict>,
    /// Nanoseconds of all cores, for the whole process.
    pub cpu: f64,
    /// Peak memory in bytes.
    pub memory: Option<f64>,
    /// Context switches, for the whole process.
    pub switches: f64,
    /// How long its items took, if that was asked for and all its trials reported that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<RowLatency>,
}
