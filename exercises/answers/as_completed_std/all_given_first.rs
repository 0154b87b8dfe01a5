//! All items are given before the first end is read, and both queues have limits.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, mpsc::sync_channel},
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
    let (give, take) = sync_channel(threads);
    let take = Mutex::new(take);
    thread::scope(|scope| {
        let (done, ends) = sync_channel(threads);
        for _ in 0..threads {
            let (take, done, work) = (&take, done.clone(), &work);
            scope.spawn(move || {
                loop {
                    let taken = take.lock().expect("no panic is in the lock").recv();
                    let Ok((index, item)) = taken else { break };
                    let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                    if done.send((index, end)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        for item in items.into_iter().enumerate() {
            give.send(item).expect("the threads take all");
        }
        drop(give);
        for (index, end) in ends {
            each(index, end);
        }
        Ok(())
    })
}
