//! A pool of rayon's own threads, on which each item is spawned.
//!
//! The pool has its queue, which has no bound; the caller spawns into it and calls `each`,
//! by turns, and so bounds it. It is none of the pool's threads.
//!
//! # What to notice
//! - At most twice as many items as threads are under way: an end is waited for before one
//!   more is spawned. A slow `each` holds up the threads, and memory stays flat.
//! - `in_place_scope` keeps the caller's thread out of the pool; in `scope` and `install` it
//!   would wait on one of the pool's threads, which then does no work.
//! - A panic would come out of the scope when all is done; caught, it is one item's. That
//!   of `each` does. What is spawned can't be taken back, so it asks whether it is wanted.
//!
//! # When not to use this
//! For downloads, mostly: rayon is made for computing, and each of its threads blocks here
//! on a socket. A pool of its own keeps the global one free for those who compute.

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
// It needs rayon.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    thread,
};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub fn as_completed<I: Send, T: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
    mut each: impl FnMut(usize, thread::Result<T>),
) -> Result<(), ThreadPoolBuildError> {
    assert!(threads > 0, "threads must be at least 1");
    let is_over = AtomicBool::new(false);
    let feed = |pool: &ThreadPool| {
        pool.in_place_scope(|scope| {
            let (done, ends) = channel();
            for (index, item) in items.into_iter().enumerate() {
                if index >= 2 * threads {
                    let (index, end) = ends.recv().expect("the threads report all");
                    each(index, end);
                }
                let (done, work, is_over) = (done.clone(), &work, &is_over);
                scope.spawn(move |_| {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                    if done.send((index, end)).is_err() {
                        is_over.store(true, Ordering::Relaxed);
                    }
                });
            }
            drop(done);
            for (index, end) in ends {
                each(index, end);
            }
        });
    };
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("worker {index}"))
        .build_scoped(|thread| thread.run(), feed)
}
