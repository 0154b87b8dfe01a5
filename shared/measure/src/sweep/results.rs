//! The results of a sweep, as they are kept in `sweep.json`.

use serde::{Deserialize, Serialize};

use crate::{
    host::Host,
    latency::Meaning,
    results::{Kind, ModelResults},
    statistics::{Estimate, estimate},
    sweep::{
        crossing::{Crossing, Told},
        fit::Growth,
        knee::{Knee, Limit},
    },
};

/// The version of this form. A field that is added leaves it; one that changes raises it.
pub const VERSION: u32 = 1;

/// A whole sweep.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sweep {
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
    /// The model's name.
    pub model: String,
    /// The model's job in one sentence.
    pub about: String,
    /// The field of the job that grows.
    pub field: String,
    /// The arguments that all its jobs share.
    pub args: Vec<String>,
    /// What an item's latency is, where percentiles were asked for and any row has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Meaning>,
    /// What p99 is at the most where a row keeps up, the same for all rows; none unless the
    /// field is a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Every trial, size by size.
    pub points: Vec<Point>,
    /// The lines of the trials, one for each variant or peer.
    pub lines: Vec<Line>,
    /// What bounds the time, where something does.
    pub bounds: Vec<Bound>,
    /// Sizes where one passes another, in rising order.
    pub crossings: Vec<Crossing>,
}

/// One size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Point {
    /// The size.
    pub value: u64,
    /// As in `results.json`, without sources and timelines.
    pub results: ModelResults,
    /// The rows whose line ends here, and why.
    pub ended: Vec<(String, String)>,
}

/// One variant or peer over all sizes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// Whether its packages are discontinued.
    pub legacy: bool,
    /// Whether this machine lacks what it needs.
    pub is_not_installed: bool,
    /// The sizes at which it held.
    pub marks: Vec<Mark>,
    /// Where it ended before the others.
    pub end: Option<End>,
    /// How its time grows; `None` where there are too few sizes to fit.
    pub time: Option<Growth>,
    /// How its CPU time grows.
    pub cpu: Option<Growth>,
    /// How its memory grows.
    pub memory: Option<Growth>,
    /// Its time ÷ that of one core, where that is known.
    pub to_one_core: Vec<Told>,
    /// The rate at which its p99 leaves the floor; none where there is no limit, or no p99.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knee: Option<Knee>,
}

/// One variant at one size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// The size.
    pub value: u64,
    /// Nanoseconds.
    pub time: Estimate,
    /// Nanoseconds of all cores, for the whole process.
    pub cpu: Estimate,
    /// Peak memory in bytes.
    pub memory: Option<Estimate>,
    /// The 99th percentile of its items' latency in each round that has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub p99: Vec<P99>,
}

impl Mark {
    /// The figures of the rounds that are the variant's: where the load was late, p99 is
    /// the load's.
    pub fn own_p99(&self) -> impl Iterator<Item = &P99> {
        self.p99.iter().filter(|one| !one.is_of_load)
    }

    /// Rounds in which the load could not keep its schedule.
    pub fn late(&self) -> usize {
        self.p99.len() - self.own_p99().count()
    }
}

/// The 99th percentile of a trial's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct P99 {
    /// The number of the round, from 0.
    pub round: usize,
    /// Nanoseconds.
    pub nanos: u64,
    /// Whether it is the load's own, and no figure of the variant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_load: bool,
}

/// The size at which a variant broke, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct End {
    /// The size.
    pub value: u64,
    /// The last failure.
    pub why: String,
}

/// A time that no variant took: the floor, or one core.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bound {
    /// Its name.
    pub name: String,
    /// Sizes, and nanoseconds.
    pub marks: Vec<(u64, f64)>,
}

/// One of the quantities that a sweep reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// How long the job took.
    Time,
    /// The CPU time of the whole process.
    Cpu,
    /// The most memory of the whole process.
    Memory,
    /// The 99th percentile of the items' latency.
    P99,
}

impl Quantity {
    /// Those that every sweep has, in the order in which they are shown.
    const USUAL: [Self; 3] = [Self::Time, Self::Cpu, Self::Memory];

    /// Those of a sweep, in the order in which they are shown. At a rate p99 is what is
    /// asked for.
    pub fn all(sweep: &Sweep) -> Vec<Self> {
        let mut all = Self::USUAL.to_vec();
        match (sweep.latency, &sweep.limit) {
            (None, _) => {}
            (Some(_), None) => all.push(Self::P99),
            (Some(_), Some(_)) => all.insert(0, Self::P99),
        }
        all
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::P99 => "p99",
        }
    }

    /// What one variant took of it at one size. There is no p99 where the load was late in
    /// half of the rounds or more.
    pub fn of(self, mark: &Mark) -> Option<Estimate> {
        match self {
            Self::Time => Some(mark.time),
            Self::Cpu => Some(mark.cpu),
            Self::Memory => mark.memory,
            Self::P99 => {
                let own = mark.own_p99().map(|one| one.nanos as f64);
                let own: Vec<f64> = own.collect();
                estimate(&own).filter(|_| mark.late() < own.len())
            }
        }
    }

    /// How a variant's grows. No curve is looked for in p99, which has a knee.
    pub fn growth(self, line: &Line) -> Option<&Growth> {
        match self {
            Self::Time => line.time.as_ref(),
            Self::Cpu => line.cpu.as_ref(),
            Self::Memory => line.memory.as_ref(),
            Self::P99 => None,
        }
    }
}
