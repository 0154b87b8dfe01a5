//! Threads of a scope that share one bounded queue.
//!
//! Stable Rust's standard library has no queue that several threads can receive from
//! without a lock around it, and `mpmc` is for nightly compilers (std 1.95,
//! library/std/src/sync/mpmc/mod.rs); [`queue.rs`](queue) makes one of a mutex and two
//! condition variables. The caller fills it and calls `each`, by turns, so that no thread
//! is needed for either.
//!
//! # What to notice
//! - At most twice as many items as threads are under way: an end is waited for before one
//!   more is given out. A slow `each` holds up the threads, and memory stays flat.
//! - Threads are started as items come, so never more than there are items.
//! - A thread can't be stopped, only asked. If `each` panics, its channel is gone: each
//!   thread ends after the item that it has, and the scope waits for that.
//!
//! # When not to use this
//! If a dependency is no trouble: crossbeam-channel has this queue.

use anyhow::Result;

use crate::{Job, Output, work::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Downloads::new(job);
    let mut output = Output::default();
    let places = 0..job.urls.len();
    let fetch = |place| downloads.fetch(place);
    let report = |place, end| output.report(job, place, end);
    as_completed(job.threads(), places, fetch, report)?;
    Ok(output)
}

// The lesson: everything below can be taken home.
// It comes with queue.rs.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::channel,
    thread,
};

use queue::Queue;

pub mod queue;

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
    let queue = Queue::bounded(threads);
    thread::scope(|scope| {
        let give = queue.feed();
        let (done, ends) = channel();
        for (index, item) in items.into_iter().enumerate() {
            if index < threads {
                let (taken, done, work) = (&queue, done.clone(), &work);
                let thread = thread::Builder::new().name(format!("worker {index}"));
                thread.spawn_scoped(scope, move || {
                    while let Some((index, item)) = taken.recv() {
                        let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                        if done.send((index, end)).is_err() {
                            break;
                        }
                    }
                })?;
            }
            if index >= 2 * threads {
                let (index, end) = ends.recv().expect("the threads report all");
                each(index, end);
            }
            give.send((index, item));
        }
        drop((give, done));
        for (index, end) in ends {
            each(index, end);
        }
        Ok(())
    })
}
