//! Columns that stand together, and that fold together where there is little room.

use std::ops::Range;

use test_fixtures::{NO_RUNTIME, RUNTIMES};

use super::{Column, Overview};

/// Columns that stand together, in the order of an overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Work is on threads.
    Threads,
    /// Work is in tasks, on an executor.
    Tasks,
    /// Peers, and programs that the user brought.
    Outside,
    /// Rows on packages that are discontinued.
    Legacy,
}

/// The runtimes whose work is on threads.
const ON_THREADS: [&str; 3] = [NO_RUNTIME, "crossbeam", "rayon"];

impl Group {
    /// What stands over it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Threads => "on threads",
            Self::Tasks => "in tasks",
            Self::Outside => "outside Rust",
            Self::Legacy => "discontinued",
        }
    }
}

impl Column {
    /// The group that it stands in.
    pub fn group(&self) -> Group {
        let runtime = &&*self.runtime;
        match () {
            () if self.legacy => Group::Legacy,
            () if ON_THREADS.contains(runtime) => Group::Threads,
            () if RUNTIMES.contains(runtime) => Group::Tasks,
            () => Group::Outside,
        }
    }
}

impl Overview {
    /// The groups with their columns, in order.
    pub fn groups(&self) -> Vec<(Group, Range<usize>)> {
        let mut groups: Vec<(Group, Range<usize>)> = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            match groups.last_mut() {
                Some((group, range)) if *group == column.group() => range.end = at + 1,
                _ => groups.push((column.group(), at..at + 1)),
            }
        }
        groups
    }
}
