//! A parallel iterator in a pool of its own, collected in order.
//!
//! # What to notice
//! - `try_for_each`, and `collect` into a `Result`, return an error, which need not be the
//!   first, and drop what was done. So each item looks at a flag before it begins, and all
//!   are collected.
//! - Work that waits waits on the flag instead of sleeping, so that it hears at once that it
//!   is to stop.
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

/// Does `work` on every item, on so many threads. Returns what came of each, in input order.
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
    each(threads, items, |_, item| {
        catch_unwind(AssertUnwindSafe(|| work(item)))
    })
}

/// Does `work` on every item, on so many threads, until it fails or panics on one. The
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
    let stop = Stop::new();
    let ends = each(threads, items, |index, item| {
        if stop.first().is_some() {
            return None;
        }
        let end = catch_unwind(AssertUnwindSafe(|| work(item, &stop)));
        if !matches!(end, Ok(Ok(_))) {
            stop.set(index);
        }
        Some(end)
    })?;
    Ok((stop.first(), ends))
}

/// Does `work` on every item and its index. Returns what it returned, in input order.
fn each<I: Send, T: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(usize, I) -> T + Sync,
) -> Result<Vec<T>, ThreadPoolBuildError> {
    assert!(threads > 0, "threads must be at least 1");
    let items: Vec<I> = items.into_iter().collect();
    ThreadPoolBuilder::new()
        // Threads beyond the items would be started for nothing.
        .num_threads(threads.min(items.len()).max(1))
        .thread_name(|index| format!("worker {index}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| {
                // One by one: an item that waits would hold up those in its piece.
                let items = items.into_par_iter().enumerate().with_max_len(1);
                let ends = items.map(|(index, item)| work(index, item));
                pool.install(|| ends.collect())
            },
        )
}
