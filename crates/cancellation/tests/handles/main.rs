//! What a dropped handle, an abort and a time-out do to each kind of work on each runtime:
//! the README's table, measured.

mod async_std;
mod smol;
mod threads;
mod tokio;
mod watched;

use std::fmt::Write;

use watched::{Fate, KINDS, Kind};

/// What is done to work that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// Its handle is dropped.
    Drop,
    /// It is aborted by its handle.
    Abort,
    /// It is awaited with a time-out.
    Timeout,
}

/// A row: the words for it, and how to see what comes of each kind of work.
type Row = (&'static str, Act, fn(Act, Kind) -> Fate);

const ROWS: [Row; 10] = [
    ("tokio: `JoinHandle` dropped", Act::Drop, tokio::fate),
    ("tokio: `abort`", Act::Abort, tokio::fate),
    ("tokio: `timeout`", Act::Timeout, tokio::fate),
    ("smol: `Task` dropped", Act::Drop, smol::fate),
    ("smol: `Task::cancel`", Act::Abort, smol::fate),
    ("smol: `or` a `Timer`", Act::Timeout, smol::fate),
    (
        "async-std: `JoinHandle` dropped",
        Act::Drop,
        async_std::fate,
    ),
    ("async-std: `cancel`", Act::Abort, async_std::fate),
    ("async-std: `timeout`", Act::Timeout, async_std::fate),
    (
        "std, crossbeam: `JoinHandle` dropped",
        Act::Drop,
        threads::fate,
    ),
];

#[test]
fn the_table_in_the_readme_is_what_happens() {
    let readme = include_str!("../../README.md");
    let mut table = String::new();
    for (name, act, fate) in ROWS {
        write!(table, "| {name} |").expect("a string can be written to");
        for kind in KINDS {
            write!(table, " {} |", fate(act, kind)).expect("a string can be written to");
        }
        table.push('\n');
    }
    let missing: Vec<_> = table.lines().filter(|row| !readme.contains(row)).collect();
    assert!(missing.is_empty(), "README.md has not:\n{table}");
}
