//! The guard of the queue lives as long as the work.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        mpsc::{channel, sync_channel},
    },
    thread,
};

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
    let (give, taken) = sync_channel(0);
    let (done, ends) = channel();
    let taken = Mutex::new(taken);
    thread::scope(|scope| {
        for (index, item) in items.into_iter().enumerate() {
            if index < limit {
                let (taken, done, work) = (&taken, done.clone(), &work);
                thread::Builder::new().spawn_scoped(scope, move || {
                    loop {
                        let taken = taken.lock().expect("no panic is in the lock");
                        let Ok((index, item)) = taken.recv() else {
                            break;
                        };
                        let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                        done.send((index, end)).expect("the caller waits");
                    }
                })?;
            }
            give.send((index, item)).expect("the threads wait for more");
        }
        drop((give, done));
        io::Result::Ok(())
    })?;
    let mut ended: Vec<_> = ends.into_iter().collect();
    ended.sort_unstable_by_key(|(index, _)| *index);
    Ok(ended.into_iter().map(|(_, end)| end).collect())
}
