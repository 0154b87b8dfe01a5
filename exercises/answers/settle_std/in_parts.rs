//! The items are shared out beforehand, and a thread that is done takes no more.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// Does `work` on every item, on `threads` threads. Returns what came of each, in input
/// order.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0.
pub fn settle<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> Result<T, E> + Sync,
) -> io::Result<Vec<End<T, E>>> {
    assert!(threads > 0, "threads must be at least 1");
    let mut items: Vec<_> = items.into_iter().collect();
    let share = items.len().div_ceil(threads).max(1);
    let mut parts = Vec::new();
    while !items.is_empty() {
        let rest = items.split_off(share.min(items.len()));
        parts.push(std::mem::replace(&mut items, rest));
    }
    thread::scope(|scope| {
        let work = &work;
        let one = move |item| catch_unwind(AssertUnwindSafe(|| work(item)));
        let start = |part: Vec<I>| {
            scope.spawn(move || part.into_iter().map(one).collect::<Vec<_>>())
        };
        let threads: Vec<_> = parts.into_iter().map(start).collect();
        let ends = threads.into_iter().map(|thread| thread.join());
        Ok(ends
            .flat_map(|ends| ends.expect("no panic leaves the work"))
            .collect())
    })
}
