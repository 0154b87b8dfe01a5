//! A turn of threads is joined in full before the next one begins.

use std::{io, thread};

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `limit` is 0.
pub fn at_most<I: Send, T: Send>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> io::Result<Vec<thread::Result<T>>> {
    assert!(limit > 0, "limit must be at least 1");
    let mut items = items.into_iter().peekable();
    let mut ended = Vec::new();
    while items.peek().is_some() {
        thread::scope(|scope| {
            let work = &work;
            let turn = items.by_ref().take(limit);
            let threads = turn.map(|item| scope.spawn(move || work(item)));
            let threads: Vec<_> = threads.collect();
            ended.extend(threads.into_iter().map(|thread| thread.join()));
        });
    }
    Ok(ended)
}
