//! Blocking tasks, as many at a time as threads.
//!
//! `spawn_blocking` runs a closure on a thread where it may wait; a `JoinMap` hands the
//! tasks back in the order in which they end, each with its index. When one has ended, the
//! next is spawned.
//!
//! # What to notice
//! - The blocking pool starts up to 512 threads by default (tokio 1.54,
//!   src/runtime/builder.rs, max_blocking_threads), and queues what is more without a
//!   bound: the map's length is the limit of both.
//! - A panic is its task's `JoinError`, which knows the task's id; the map knows its index.
//! - A blocking task that has begun can't be aborted. If `each` panics, `shutdown` waits for
//!   those; when this function's future is dropped, only the runtime does, at its end.
//!
//! # When not to use this
//! If nothing else in the program is async: it is a thread pool, and a whole runtime around
//! it. If everything is, an async client needs no thread for each download.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anyhow::Result;
use tokio::runtime::Builder;

use crate::{Job, Output, work::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let number = AtomicUsize::new(0);
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(job.threads())
        .thread_name_fn(move || format!("worker {}", number.fetch_add(1, Relaxed)))
        .build()?;
    let downloads = Downloads::new(job);
    let mut output = Output::default();
    let places = 0..job.urls.len();
    let fetch = move |place| downloads.fetch(place);
    let report = |place, end: Result<_, _>| {
        output.report(job, place, end.map_err(JoinError::into_panic));
    };
    runtime.block_on(as_completed(job.threads(), places, fetch, report));
    Ok(output)
}

// The lesson: everything below can be taken home.
// It needs tokio (rt), tokio-util (join-map).

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use tokio::task::JoinError;
use tokio_util::task::JoinMap;

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub async fn as_completed<I, T>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Send + Sync + 'static,
    mut each: impl FnMut(usize, Result<T, JoinError>),
) where
    I: Send + 'static,
    T: Send + 'static,
{
    assert!(threads > 0, "threads must be at least 1");
    let work = Arc::new(work);
    let mut items = items.into_iter().enumerate();
    let mut tasks = JoinMap::new();
    loop {
        for (index, item) in items.by_ref().take(threads - tasks.len()) {
            let work = Arc::clone(&work);
            tasks.spawn_blocking(index, move || work(item));
        }
        let Some((index, end)) = tasks.join_next().await else {
            return;
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| each(index, end))) {
            tasks.shutdown().await;
            resume_unwind(panic);
        }
    }
}
