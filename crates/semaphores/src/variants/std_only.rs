//! As many threads as may be at work, all on one queue.
//!
//! The standard library has no semaphore, and threads need none: there is one thread per
//! permit. A rendezvous channel (of capacity zero) hands each item to a waiting thread, and
//! blocks the loop while none waits. [`condvar`](super::condvar) has the
//! semaphore.
//!
//! # What to notice
//! - A receiver has one owner, so the threads share it behind a lock; the one that holds the
//!   lock waits for the next item. std's `mpmc`, which needs no lock, is nightly only.
//! - Threads are started as items come, so never more than there are items.
//! - Threads of a scope may borrow: items and work need not be `'static`.
//!
//! # When not to use this
//! With thousands at once: each that waits is a thread with a stack.

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
                        let next = taken.lock().expect("no panic is in the lock").recv();
                        let Ok((index, item)) = next else { break };
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
