//! The results of a sweep, as they are kept in `sweep.json`.

use serde::{Deserialize, Serialize};

use crate::{
    host::Host,
    results::{Kind, ModelResults},
    statistics::{Estimate, Verdict},
    sweep::{crossing::Crossing, fit::Growth},
};

/// The version of this form. A field that is added leaves it; one that changes raises it.
pub(crate) const VERSION: u32 = 1;

/// A whole sweep.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sweep {
    pub(crate) version: u32,
    /// The command line that made it.
    pub(crate) command: Vec<String>,
    /// Seconds since 1970.
    pub(crate) started: u64,
    pub(crate) host: Host,
    /// Whether it was ended before its time.
    pub(crate) interrupted: bool,
    pub(crate) model: String,
    pub(crate) about: String,
    /// The field of the job that grows.
    pub(crate) field: String,
    /// The arguments that all its jobs share.
    pub(crate) args: Vec<String>,
    /// Every trial, size by size.
    pub(crate) points: Vec<Point>,
    /// What the trials come to, a variant or peer each.
    pub(crate) lines: Vec<Line>,
    /// What bounds the time, where something does.
    pub(crate) bounds: Vec<Bound>,
    /// Sizes where one passes another, in rising order.
    pub(crate) crossings: Vec<Crossing>,
}

/// One size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) value: u64,
    /// As in `results.json`, without sources and timelines.
    pub(crate) results: ModelResults,
    /// Whose line ends here, and why.
    pub(crate) ended: Vec<(String, String)>,
}

/// One variant or peer over all sizes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) legacy: bool,
    pub(crate) is_not_installed: bool,
    /// The sizes at which it held.
    pub(crate) marks: Vec<Mark>,
    /// Where it ended before the others.
    pub(crate) end: Option<End>,
    /// How its time grows; `None` where too few sizes say.
    pub(crate) time: Option<Growth>,
    pub(crate) cpu: Option<Growth>,
    pub(crate) memory: Option<Growth>,
    /// Its time ÷ that of one core, where that is known.
    pub(crate) to_one_core: Vec<Told>,
}

/// One variant at one size.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) value: u64,
    /// Nanoseconds.
    pub(crate) time: Estimate,
    /// Nanoseconds of all cores, for the whole process.
    pub(crate) cpu: Estimate,
    /// Bytes at the most.
    pub(crate) memory: Option<Estimate>,
}

/// The size at which a variant broke, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) value: u64,
    pub(crate) why: String,
}

/// What may be said of a ratio of times at one size.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) value: u64,
    pub(crate) ratio: Estimate,
    pub(crate) verdict: Verdict,
}

/// A time that no variant took: the floor, or one core.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bound {
    pub(crate) name: String,
    /// Sizes, and nanoseconds.
    pub(crate) marks: Vec<(u64, f64)>,
}

/// One of the three that a sweep tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Time,
    Cpu,
    Memory,
}

impl Quantity {
    pub(crate) const ALL: [Self; 3] = [Self::Time, Self::Cpu, Self::Memory];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Cpu => "CPU",
            Self::Memory => "memory",
        }
    }

    pub(crate) fn of(self, mark: &Mark) -> Option<Estimate> {
        match self {
            Self::Time => Some(mark.time),
            Self::Cpu => Some(mark.cpu),
            Self::Memory => mark.memory,
        }
    }

    pub(crate) fn growth(self, line: &Line) -> Option<&Growth> {
        match self {
            Self::Time => line.time.as_ref(),
            Self::Cpu => line.cpu.as_ref(),
            Self::Memory => line.memory.as_ref(),
        }
    }
}
