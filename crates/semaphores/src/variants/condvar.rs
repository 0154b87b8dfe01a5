//! A counting semaphore from `Mutex` and `Condvar`: a permit is waited for, then a thread is
//! started that keeps it.
//!
//! The standard library has no semaphore; [`semaphore.rs`](semaphore) makes one. The loop
//! takes a permit before it starts a thread, so there are never more threads at work than
//! permits. The thread gives it back when it ends.
//!
//! # What to notice
//! - It is `tokio`'s program, with a thread where that has a task.
//! - A permit is a guard: dropped, also by a panic, it goes back.
//! - Threads of a scope may borrow: items and work need not be `'static`.
//!
//! # When not to use this
//! With short work: a thread for each item costs more than the work. Keep as many threads
//! as permits, as `std_only` does.

use anyhow::Result;
use page_client::blocking::Client;

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let (client, rounds) = (Client::new(&job.client()), job.rehash);
    let pace = job.pace();
    let fetch = |url: &String| {
        let _item = pace.item_blocking();
        rehashed(client.fetch(url), rounds)
    };
    let pages = at_most(job.limit.get(), &job.urls, fetch)?;
    Ok(pages.into_iter().collect())
}

// The lesson: everything below can be taken home.
// It comes with semaphore.rs.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::channel,
    thread,
};

use semaphore::Semaphore;

pub mod semaphore;

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
    let semaphore = Semaphore::new(limit);
    let (done, ends) = channel();
    thread::scope(|scope| {
        for (index, item) in items.into_iter().enumerate() {
            let permit = semaphore.acquire();
            let (done, work) = (done.clone(), &work);
            thread::Builder::new().spawn_scoped(scope, move || {
                let _permit = permit;
                let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                done.send((index, end)).expect("the caller waits");
            })?;
        }
        io::Result::Ok(())
    })?;
    drop(done);
    let mut ended: Vec<_> = ends.into_iter().collect();
    ended.sort_unstable_by_key(|(index, _)| *index);
    Ok(ended.into_iter().map(|(_, end)| end).collect())
}
