//! Blocking closures, as many at a time as threads.
//!
//! async-std is discontinued; its own advice is to use smol. The move is the imports: both
//! run closures on the same blocking pool.
//!
//! # What to notice
//! - The blocking pool is the process's own: it starts up to 500 threads, or as many as
//!   `BLOCKING_MAX_THREADS` says, and they stay once they are started, whatever its page
//!   says (blocking 1.7, src/lib.rs, main_loop). The set's length is the limit.
//! - A panic comes out of the awaiting of the closure, so that catches it.
//! - A closure runs when its handle is dropped, even if it had not begun (async-std 1.13,
//!   src/task/join_handle.rs, detach); smol's is then never begun. If `each` panics, those
//!   under way are awaited; when this function's future is dropped, they are not awaited.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use anyhow::Result;
use async_std::task::block_on;

use crate::{Job, Output, work::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Downloads::new(job);
    let mut output = Output::default();
    let places = 0..job.urls.len();
    let fetch = move |place| downloads.fetch(place);
    let report = |place, end| output.report(job, place, end);
    block_on(as_completed(job.threads(), places, fetch, report));
    Ok(output)
}

// The lesson: everything below can be taken home.
// It needs async-std, futures-util (std).

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread,
};

use async_std::task::spawn_blocking;
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub async fn as_completed<I, T>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Send + Sync + 'static,
    mut each: impl FnMut(usize, thread::Result<T>),
) where
    I: Send + 'static,
    T: Send + 'static,
{
    assert!(threads > 0, "threads must be at least 1");
    let work = Arc::new(work);
    let mut items = items.into_iter().enumerate();
    let mut tasks = FuturesUnordered::new();
    loop {
        for (index, item) in items.by_ref().take(threads - tasks.len()) {
            let work = Arc::clone(&work);
            let task =
                AssertUnwindSafe(spawn_blocking(move || work(item))).catch_unwind();
            tasks.push(async move { (index, task.await) });
        }
        let Some((index, end)) = tasks.next().await else {
            return;
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| each(index, end))) {
            while tasks.next().await.is_some() {}
            resume_unwind(panic);
        }
    }
}
