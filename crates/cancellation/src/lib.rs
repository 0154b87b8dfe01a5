//! A deadline that really stops the work: tasks of every kind are under way, and all of
//! them are stopped when it falls, each seen to its end.
//!
//! The function is `until(deadline, tasks)`: each variant has its own, below the line
//! `// The lesson`. What a dropped future doesn't stop has a function of its own beside it:
//! `until_told(deadline, calls)` for calls that block, `until_killed(deadline, command)` for
//! a process. Above the line, `run` hands them the tasks of a [`Job`]; what a task does is
//! in [`work`].

mod exam;
pub mod parts;
pub mod variants;
pub mod work;

use std::{fmt, num::NonZeroUsize, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use test_fixtures::Memory;

pub use exam::{Args, Cancellation, Stage};
use work::Outcomes;

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Waits for a timer
    Sleep,
    /// Fetches a URL
    Fetch,
    /// Computes, in pieces between which it can look whether to stop
    Cpu,
    /// Blocks its thread, in pieces likewise
    Blocking,
    /// Waits for a process of its own
    Process,
}

/// What every variant gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What a task does.
    pub work: Work,
    /// How many there are.
    pub tasks: usize,
    /// Microseconds that a task takes if it is not stopped.
    pub length_us: u64,
    /// Microseconds from the start of the job to the deadline.
    pub deadline_us: u64,
    /// Into how many pieces a computation or a blocking call is cut; it can stop between
    /// two of them.
    pub pieces: NonZeroUsize,
    /// The threads of executors and pools, of those for blocking calls too.
    pub workers: NonZeroUsize,
    /// How many threads may be started where each task takes one.
    pub most_threads: usize,
    /// What to fetch: one URL per task, or none where nothing is fetched.
    pub urls: Vec<String>,
    /// The file in which every piece of work is noted down. The check reads it, and counts
    /// them.
    pub journal: PathBuf,
    /// Whether the code of the first task panics when it begins.
    pub panic: bool,
}

/// What every variant returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// When the job began, in nanoseconds of the system's monotonic clock.
    pub started_ns: u64,
    /// Microseconds from then until the last task was made.
    pub spawned_us: u64,
    /// Microseconds until all tasks had ended.
    pub ended_us: u64,
    /// Bytes that were resident before the first task was made, and the most since then.
    pub memory: Option<Memory>,
    /// What became of each task, in input order.
    pub tasks: Outcomes,
}

impl Job {
    /// How long a task takes if it is not stopped.
    pub fn length(&self) -> Duration {
        Duration::from_micros(self.length_us)
    }

    /// The time from the start of the job to the deadline.
    pub fn until_deadline(&self) -> Duration {
        Duration::from_micros(self.deadline_us)
    }

    /// How long a piece takes.
    pub fn piece(&self) -> Duration {
        self.length() / u32::try_from(self.pieces.get()).unwrap_or(u32::MAX)
    }

    /// Whether a task that is under way may never look whether it should stop.
    pub(crate) fn never_looks(&self) -> bool {
        matches!(self.work, Work::Cpu | Work::Blocking) && self.pieces.get() == 1
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.tasks == 1 { "" } else { "s" };
        let what = match self.work {
            Work::Sleep => format!("sleeping task{s}"),
            Work::Fetch => format!("fetch{}", if self.tasks == 1 { "" } else { "es" }),
            Work::Cpu => format!("computation{s}"),
            Work::Blocking => format!("blocking call{s}"),
            Work::Process => format!("process{}", if s.is_empty() { "" } else { "es" }),
        };
        write!(f, "{} {what}", self.tasks)?;
        if self.work != Work::Fetch {
            write!(f, " of {:?}", self.length())?;
        }
        if matches!(self.work, Work::Cpu | Work::Blocking) {
            match self.pieces.get() {
                1 => write!(f, " in one piece")?,
                pieces => write!(f, " in {pieces} pieces")?,
            }
        }
        write!(f, ", a deadline of {:?}", self.until_deadline())
    }
}
