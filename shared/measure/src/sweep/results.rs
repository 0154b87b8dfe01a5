//! The results of a sweep, as they are kept in `sweep.json`.

use serde::{Deserialize, Serialize};

use crate::{
    host::Host,
    results::{Kind, ModelResults},
    statistics::Estimate,
    sweep::{
        crossing::{Crossing, Told},
        fit::Growth,
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
}

/// One variant at one size.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// The size.
    pub value: u64,
    /// Nanoseconds.
    pub time: Estimate,
    /// Nanoseconds of all cores, for the whole process.
    pub cpu: Estimate,
    /// Peak memory in bytes.
    pub memory: Option<Estimate>,
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

/// One of the three quantities that a sweep reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// How long the job took.
    Time,
    /// The CPU time of the whole process.
    Cpu,
    /// The most memory of the whole process.
    Memory,
}

impl Quantity {
    /// All three, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Time, Self::Cpu, Self::Memory];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Cpu => "CPU",
            Self::Memory => "memory",
        }
    }

    /// What one variant took of it at one size.
    pub fn of(self, mark: &Mark) -> Option<Estimate> {
        match self {
            Self::Time => Some(mark.time),
            Self::Cpu => Some(mark.cpu),
            Self::Memory => mark.memory,
        }
    }

    /// How a variant's grows.
    pub fn growth(self, line: &Line) -> Option<&Growth> {
        match self {
            Self::Time => line.time.as_ref(),
            Self::Cpu => line.cpu.as_ref(),
            Self::Memory => line.memory.as_ref(),
        }
    }
}
