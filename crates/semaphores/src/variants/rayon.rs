//! A pool with as many threads as may be at work.
//!
//! rayon is made for computing: its global pool is as wide as the machine, and a job that
//! waits blocks one of its threads. So the work gets a pool of its own.
//!
//! # What to notice
//! - `with_max_len(1)` splits down to single items. Otherwise rayon decides how many go
//!   together, and one slow answer would hold up its whole piece.
//! - `collect` keeps the input order, since the iterator is indexed.
//! - rayon would raise a panic again once all have run; caught, it is one item's.
//!
//! # When not to use this
//! For waiting in general: it is the wrong tool, and the pool of its own keeps the global
//! one free for those who compute.

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
// It needs rayon.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder, prelude::*};

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `limit` is 0.
pub fn at_most<I: Send, T: Send>(
    limit: usize,
    items: impl IntoParallelIterator<Item = I, Iter: IndexedParallelIterator>,
    work: impl Fn(I) -> T + Sync,
) -> Result<Vec<thread::Result<T>>, ThreadPoolBuildError> {
    assert!(limit > 0, "limit must be at least 1");
    let works = items
        .into_par_iter()
        .with_max_len(1)
        .map(|item| catch_unwind(AssertUnwindSafe(|| work(item))));
    ThreadPoolBuilder::new()
        // Threads beyond the items would be started for nothing.
        .num_threads(limit.min(works.len()).max(1))
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| works.collect()),
        )
}
