//! Threads of a scope that share one bounded channel.
//!
//! A crossbeam channel has any number of receivers, so it is the shared queue itself. The
//! caller fills it and calls `each`, by turns, so that no thread is needed for either.
//!
//! # What to notice
//! - At most twice as many items as threads are under way: an end is waited for before one
//!   more is given out. A slow `each` holds up the threads, and memory stays flat.
//! - Threads are started as items come, so never more than there are items. They end when
//!   the last sender is gone and the channel is empty.
//! - A thread can't be stopped, only asked. If `each` panics, its channel is gone: each
//!   thread ends after the item that it has, and the scope waits for that.
//!
//! # When not to use this
//! If the work computes instead of waiting: rayon shares that out better.

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
// It needs crossbeam-channel.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use crossbeam_channel::{bounded, unbounded};

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
    thread::scope(|scope| {
        let (give, taken) = bounded(threads);
        let (done, ends) = unbounded();
        for (index, item) in items.into_iter().enumerate() {
            if index < threads {
                let (taken, done, work) = (taken.clone(), done.clone(), &work);
                let thread = thread::Builder::new().name(format!("worker {index}"));
                thread.spawn_scoped(scope, move || {
                    for (index, item) in taken {
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
            give.send((index, item)).expect("the threads wait for more");
        }
        drop((give, done));
        for (index, end) in ends {
            each(index, end);
        }
        Ok(())
    })
}
