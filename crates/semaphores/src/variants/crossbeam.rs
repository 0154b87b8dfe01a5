//! As many threads as may be at work, all on one channel.
//!
//! Threads need no semaphore: there is one thread per permit. A rendezvous channel (of
//! capacity zero) hands each item to a waiting thread, and blocks the loop while none
//! waits.
//!
//! # What to notice
//! - A receiver is cloned as a sender is: each thread has its own, each item goes to one of
//!   them, and there is no lock.
//! - A receiver is an iterator: it ends once all senders are gone.
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
// It needs crossbeam-channel.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use crossbeam_channel::{bounded, unbounded};

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
    let (give, taken) = bounded(0);
    let (done, ends) = unbounded();
    thread::scope(|scope| {
        for (index, item) in items.into_iter().enumerate() {
            if index < limit {
                let (taken, done, work) = (taken.clone(), done.clone(), &work);
                thread::Builder::new().spawn_scoped(scope, move || {
                    for (index, item) in taken {
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
