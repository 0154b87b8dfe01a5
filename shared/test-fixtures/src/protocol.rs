//! The trial protocol's reply, as `docs/src/protocol.md` describes it.

use serde::{Deserialize, Serialize};

use crate::{Floor, ItemTimes};

/// The environment variable that asks a trial for spans.
pub const SPANS: &str = "INTERLEAVE_SPANS";

/// The environment variable that asks a trial to wait, at most 500 ms, until its
/// descriptors and threads are back where they were before it counts them.
pub const SETTLE: &str = "INTERLEAVE_SETTLE";

/// What a trial answers on standard output, as one JSON object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply<O> {
    /// How long the job took on the monotonic clock, in nanoseconds.
    pub nanos: u64,
    /// When the job began, in nanoseconds of the system's monotonic clock: where the time
    /// axis of its spans starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<u64>,
    /// What the variant returned.
    pub output: O,
    /// The process's memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Open file descriptors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descriptors: Option<Range>,
    /// Threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads: Option<Range>,
    /// Pieces of work, if they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// When each item was due, began and ended, if spans were asked for and they don't say
    /// that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemTimes>,
}

/// One piece of work: what, where, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Which task it was: "3", or "100..200".
    pub task: String,
    /// What did it: a thread's or a connection's name, or a worker's process id.
    pub lane: String,
    /// When it began, in nanoseconds of the system's monotonic clock.
    pub start: u64,
    /// When it ended, on the same clock.
    pub end: u64,
    /// What was out of the ordinary: "cut", "panicked", "hung up". `None` if it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A floor's reply, an object as every reply is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FloorReply {
    /// `null` where nothing bounds the job from below.
    pub(crate) floor: Option<Floor>,
}

/// A process's resident memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Before the job, with the job read.
    pub before: u64,
    /// The most until the job was done (`VmHWM`).
    pub peak: u64,
}

impl Memory {
    /// Whether the two fit each other. The system's counts are a little off, so the most may
    /// be less than what was there before, but not half of it.
    pub fn may_be(self) -> bool {
        self.peak >= self.before / 2
    }
}

/// A count before and after the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Before the job.
    pub before: u64,
    /// After it.
    pub after: u64,
}

/// The environment variable that asks a trial to do its job once before the one that
/// counts. So what a runtime sets up once for the process does not count.
pub const WARM: &str = "INTERLEAVE_WARM";
