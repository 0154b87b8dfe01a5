//! The scope waits for all threads before the first end is reported.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, mpsc::channel},
    thread,
};

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub fn as_completed<I: Send, T: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
    mut each: impl FnMut(usize, thread::Result<T>),
) -> io::Result<()> {
    assert!(threads > 0, "threads must be at least 1");
    let items: Vec<_> = items.into_iter().enumerate().collect();
    let items = Mutex::new(items.into_iter());
    let (done, ends) = channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (items, done, work) = (&items, done.clone(), &work);
            scope.spawn(move || {
                loop {
                    let next = items.lock().expect("no panic is in the lock").next();
                    let Some((index, item)) = next else { break };
                    let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                    done.send((index, end))
                        .expect("the caller has the receiver");
                }
            });
        }
    });
    drop(done);
    for (index, end) in ends {
        each(index, end);
    }
    Ok(())
}
