//! A parallel iterator in a pool of its own, collected in order.
//!
//! # What to notice
//! - Once an item has failed, `try_for_each` soon begins no more. Which of several errors it
//!   returns is left open (rayon 1.12, src/iter/mod.rs, try_for_each), and what was done is
//!   dropped; so each item has a slot, and the flag knows the first.
//! - Work that waits waits on the flag instead of sleeping, so that a stop wakes it
//!   at once.
//! - rayon would raise a panic again in the caller; caught within, it is one item's.
//!
//! # When not to use this
//! For work that waits, as here: each item keeps one of the pool's threads from computing.

use anyhow::Result;

use crate::{
    Job, Output, Policy,
    work::{persist_blocking, sleep},
};

/// Does every task, `job.blocking` of them at once.
pub fn run(job: &Job) -> Result<Output> {
    let (threads, tasks) = (job.blocking.get(), 0..job.tasks);
    match job.policy {
        Policy::Collect => {
            let work = |task| persist_blocking(job, task, sleep);
            Ok(Output::settled(settle(threads, tasks, work)?))
        }
        Policy::FailFast => {
            let work =
                |task, stop: &Stop| persist_blocking(job, task, |time| stop.wait(time));
            let (first, ends) = first_error(threads, tasks, work)?;
            Ok(Output::stopped(first, ends))
        }
    }
}

// The lesson: everything below can be taken home.
// It needs rayon.
// It comes with stop.rs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder, prelude::*};

use super::stop::Stop;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was not begun.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item, on `threads` threads. Returns what came of each, in input
/// order.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `threads` is 0.
pub fn settle<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> Result<T, E> + Sync,
) -> Result<Vec<End<T, E>>, ThreadPoolBuildError> {
    let items: Vec<I> = items.into_iter().collect();
    in_pool(threads, items.len(), || {
        // One by one: an item that waits would hold up those in its piece.
        let items = items.into_par_iter().with_max_len(1);
        items
            .map(|item| catch_unwind(AssertUnwindSafe(|| work(item))))
            .collect()
    })
}

/// Does `work` on every item, on `threads` threads, until it fails or panics on one. The
/// others are stopped, as soon as their work looks at the flag, and waited for.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `threads` is 0.
pub fn first_error<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I, &Stop) -> Result<T, E> + Sync,
) -> Result<First<T, E>, ThreadPoolBuildError> {
    let items: Vec<I> = items.into_iter().collect();
    let mut ends: Vec<_> = items.iter().map(|_| None).collect();
    let stop = Stop::new();
    in_pool(threads, items.len(), || {
        let slots = items.into_par_iter().zip(&mut ends).enumerate();
        slots.with_max_len(1).try_for_each(|(index, (item, slot))| {
            match slot.insert(catch_unwind(AssertUnwindSafe(|| work(item, &stop)))) {
                Ok(Ok(_)) => Some(()),
                _ => {
                    stop.set(index);
                    None
                }
            }
        })
    })?;
    Ok((stop.first(), ends))
}

/// Does `all` in a pool of `threads` threads, but of no more than there are items.
fn in_pool<T: Send>(
    threads: usize,
    items: usize,
    all: impl FnOnce() -> T + Send,
) -> Result<T, ThreadPoolBuildError> {
    assert!(threads > 0, "threads must be at least 1");
    ThreadPoolBuilder::new()
        // Threads beyond the items would be started for nothing.
        .num_threads(threads.min(items).max(1))
        .thread_name(|index| format!("worker {index}"))
        .build_scoped(|thread| thread.run(), |pool| pool.install(all))
}
