//! What a dropped handle, an abort and a time-out do to each kind of work on each runtime:
//! the book's table, measured.

mod async_std;
mod compio;
mod smol;
mod threads;
mod tokio;
mod watched;

use std::thread;

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

/// The rows of each runtime.
const RUNTIMES: [&[Row]; 5] = [
    &[
        ("tokio: `JoinHandle` dropped", Act::Drop, tokio::fate),
        ("tokio: `abort`", Act::Abort, tokio::fate),
        ("tokio: `timeout`", Act::Timeout, tokio::fate),
    ],
    &[
        ("smol: `Task` dropped", Act::Drop, smol::fate),
        ("smol: `Task::cancel`", Act::Abort, smol::fate),
        ("smol: `or` a `Timer`", Act::Timeout, smol::fate),
    ],
    &[
        ("compio: `JoinHandle` dropped", Act::Drop, compio::fate),
        ("compio: `JoinHandle::cancel`", Act::Abort, compio::fate),
        ("compio: `timeout`", Act::Timeout, compio::fate),
    ],
    &[
        (
            "async-std: `JoinHandle` dropped",
            Act::Drop,
            async_std::fate,
        ),
        ("async-std: `cancel`", Act::Abort, async_std::fate),
        ("async-std: `timeout`", Act::Timeout, async_std::fate),
    ],
    &[(
        "std, crossbeam: `JoinHandle` dropped",
        Act::Drop,
        threads::fate,
    )],
];

#[test]
fn the_table_in_the_book_is_what_happens() {
    let page = include_str!("../../../../docs/src/measured/cancellation.md");
    // No runtime has a thread of another's, so what blocks one holds up no other.
    let table = thread::scope(|scope| {
        let runtimes = RUNTIMES.map(|rows| scope.spawn(|| lines(rows)));
        let rows = runtimes.map(|rows| rows.join().expect("it does not panic"));
        rows.concat()
    });
    let missing: Vec<_> = table.lines().filter(|row| !page.contains(row)).collect();
    assert!(
        missing.is_empty(),
        "measured/cancellation.md has not:\n{table}"
    );
}

/// The table's lines of one runtime.
fn lines(rows: &[Row]) -> String {
    let line = |(name, act, fate): &Row| {
        let fates = KINDS.map(|kind| format!(" {} |", fate(*act, kind)));
        format!("| {name} |{}\n", fates.concat())
    };
    rows.iter().map(line).collect()
}
