//! Each thread brings the ends of its items, which are put one after the other.

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
    let count = items.len();
    let mut ends = Vec::with_capacity(count);
    let items = Mutex::new(items.into_iter().enumerate());
    let next = || items.lock().expect("no panic is in the lock").next();
    thread::scope(|scope| {
        let mut started = Vec::new();
        for index in 0..threads.min(count) {
            let thread = thread::Builder::new().name(format!("worker {index}"));
            let thread = thread.spawn_scoped(scope, || {
                let items = iter::from_fn(next);
                let ends = items.map(|(index, item)| (index, work(index, item)));
                ends.collect::<Vec<_>>()
            });
            // If the system refuses one, the others need not do it all.
            started.push(thread.inspect_err(|_| iter::from_fn(next).for_each(drop))?);
        }
        for thread in started {
            for (_, end) in thread.join().expect("no panic leaves the work") {
                ends.push(end);
            }
        }
        io::Result::Ok(())
    })?;
    Ok(ends)
}
