//! Nobody looks at the flag before the next item is begun.

use std::{
    io, iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

use ::error_handling::parts::stop::Stop;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was not begun.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item, on `threads` threads, until it fails or panics on one. The
/// others are stopped, as soon as their work looks at the flag, and waited for.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0.
pub fn first_error<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I, &Stop) -> Result<T, E> + Sync,
) -> io::Result<First<T, E>> {
    let stop = Stop::new();
    let ends = each(threads, items, |index, item| {
        let end = catch_unwind(AssertUnwindSafe(|| work(item, &stop)));
        if !matches!(end, Ok(Ok(_))) {
            stop.set(index);
        }
        Some(end)
    })?;
    Ok((stop.first(), ends))
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
        let mut started = Vec::new();
        for index in 0..threads.min(ends.len()) {
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
            for (index, end) in thread.join().expect("no panic leaves the work") {
                ends[index] = Some(end);
            }
        }
        io::Result::Ok(())
    })?;
    let ends = ends.into_iter();
    Ok(ends.map(|end| end.expect("each item was taken")).collect())
}
