//! A pool has a few threads more than the machine has cores, as Python's has.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn gather<I: Send, T: Send>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> io::Result<Vec<thread::Result<T>>> {
    let threads = thread::available_parallelism()?.get() + 4;
    let items: Vec<_> = items.into_iter().enumerate().collect();
    let items = Mutex::new(items.into_iter());
    let ended = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = items.lock().expect("no panic is in the lock").next();
                    let Some((index, item)) = next else { break };
                    let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                    ended.lock().expect("as above").push((index, end));
                }
            });
        }
    });
    let mut ended = ended.into_inner().expect("as above");
    ended.sort_unstable_by_key(|(index, _)| *index);
    Ok(ended.into_iter().map(|(_, end)| end).collect())
}
