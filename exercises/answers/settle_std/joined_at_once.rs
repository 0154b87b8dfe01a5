//! Each thread is joined before the next is started.

use std::{
    io, iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
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
    each(threads, items, |_, item| {
        catch_unwind(AssertUnwindSafe(|| work(item)))
    })
}

/// Does `work` on every item and its index. Returns what it returned, in input order.
fn each<I: Send, T: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(usize, I) -> T + Sync,
) -> io::Result<Vec<T>> {
    assert!(threads > 0, "threads must be at least 1");
    let items: Vec<I> = items.into_iter().collect();
    let mut ends: Vec<Option<T>> = items.iter().map(|_| None).collect();
    let items = Mutex::new(items.into_iter().enumerate());
    let next = || items.lock().expect("no panic is in the lock").next();
    thread::scope(|scope| {
        for index in 0..threads.min(ends.len()) {
            let thread = thread::Builder::new().name(format!("worker {index}"));
            let thread = thread.spawn_scoped(scope, || {
                let items = iter::from_fn(next);
                let ends = items.map(|(index, item)| (index, work(index, item)));
                ends.collect::<Vec<_>>()
            });
            for (index, end) in thread?.join().expect("no panic leaves the work") {
                ends[index] = Some(end);
            }
        }
        io::Result::Ok(())
    })?;
    let ends = ends.into_iter();
    Ok(ends.map(|end| end.expect("each item was taken")).collect())
}
