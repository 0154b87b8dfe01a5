//! A trial that was checked.

use crate::{Facts, ItemTimes, Memory, Range, Span, Usage};

/// A trial that ended well, and what was seen of it.
#[derive(Clone, Debug)]
pub struct Checked<O> {
    /// How long the job took, in nanoseconds.
    pub nanos: u64,
    /// When it began, in nanoseconds of the system's monotonic clock, if it reported
    /// that.
    pub started: Option<u64>,
    /// What the variant returned.
    pub output: O,
    /// What the check saw.
    pub facts: Facts,
    /// What the process used, from its start to its end.
    pub usage: Usage,
    /// Its memory, if it reported that.
    pub memory: Option<Memory>,
    /// Its descriptors, if it reported them.
    pub descriptors: Option<Range>,
    /// Its threads, if it reported them.
    pub threads: Option<Range>,
    /// Its pieces of work, if it was asked.
    pub spans: Vec<Span>,
    /// When each item was due, began and ended, if it was asked for spans.
    pub items: Vec<ItemTimes>,
    /// Descendants that it left behind.
    pub left_behind: usize,
    /// What it printed.
    pub printed: Printed,
}

/// What a program printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The start and the end of its standard error.
    pub stderr: String,
    /// The start of its standard output.
    pub stdout: String,
}
