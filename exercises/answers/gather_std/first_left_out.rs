//! The first thread is joined, and its result forgotten.

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
        let mut threads = Vec::new();
        let started = items.into_iter().try_for_each(|item| {
            let work = &work;
            threads.push(thread::Builder::new().spawn_scoped(scope, || work(item))?);
            Ok(())
        });
        let ended = threads
            .into_iter()
            .skip(1)
            .map(|thread| thread.join())
            .collect();
        started.map(|()| ended)
    })
}
