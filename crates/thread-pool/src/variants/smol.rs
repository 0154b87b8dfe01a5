//! Blocking closures, as many at a time as threads.
//!
//! `unblock` runs a closure on a thread where it may wait, and is a task here; a
//! `FuturesUnordered` hands them back in the order in which they end. When one has ended,
//! the next begins.
//!
//! # What to notice
//! - The blocking pool is the process's own: it starts up to 500 threads, or as many as
//!   `BLOCKING_MAX_THREADS` says, and they stay once they are started, whatever its page
//!   says (blocking 1.7, src/lib.rs, main_loop). The set's length is the limit.
//! - A panic comes out of the awaiting of the closure, so that catches it.
//! - A closure that has begun runs on when its task is dropped. If `each` panics, those
//!   under way are awaited; when this function's future is dropped, they are not awaited.
//!
//! # When not to use this
//! If nothing else in the program is async: it is a thread pool, and nothing more.

use anyhow::Result;
use smol::future::block_on;

use crate::{Job, Output, work::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Downloads::new(job);
    let mut output = Output::default();
    let places = 0..job.urls.len();
    let fetch = move |place| downloads.fetch(place);
    let report = |place, end| output.report(job, place, end);
    // It drives no sockets and no timers, for there are none.
    block_on(as_completed(job.threads(), places, fetch, report));
    Ok(output)
}

// The lesson: everything below can be taken home.
// It needs futures-util (std), smol.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread,
};

use futures_util::stream::FuturesUnordered;
use smol::{future::FutureExt, stream::StreamExt, unblock};

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
            let task = unblock(move || work(item)).catch_unwind();
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
