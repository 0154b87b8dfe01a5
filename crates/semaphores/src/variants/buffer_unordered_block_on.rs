//! The same stream on the same runtime, polled by `block_on` itself.
//!
//! The function is `buffer_unordered`'s, line by line. What differs is who polls it: the
//! thread that calls `block_on`, which is none of the runtime's own
//! (tokio 1.54, src/runtime/runtime.rs, block_on).
//!
//! # What to notice
//! - All futures are in this one task, so each answer wakes this thread: the runtime's
//!   threads find the answer, and another has to be woken to take it.
//! - `#[tokio::main]` is this: a stream that is awaited in `main` is polled there.
//! - Nothing is `Send` or `'static`: the spawned stream had to be.
//!
//! # When not to use this
//! For streams that are woken often: spawn them, as `buffer_unordered` does.

use anyhow::Result;
use page_client::tokio::Client;
use tokio::{runtime::Builder, time::sleep};

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_all()
        .build()?;
    let (client, rounds) = (Client::new(&job.client()), job.rehash);
    let pace = job.pace();
    let fetch = move |url: String| {
        let (client, pace) = (client.clone(), pace.clone());
        async move {
            let _item = pace.item(sleep).await;
            rehashed(client.fetch(&url).await, rounds)
        }
    };
    let pages = at_most(job.limit.get(), job.urls.iter().cloned(), fetch);
    Ok(runtime.block_on(pages).into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs futures-util (std).

use std::{panic::AssertUnwindSafe, thread};

use futures_util::{FutureExt, StreamExt, stream};

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<I, F>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F,
) -> Vec<thread::Result<F::Output>>
where
    F: Future,
{
    assert!(limit > 0, "limit must be at least 1");
    let work = &work;
    let works = items.into_iter().enumerate().map(|(index, item)| {
        let work = AssertUnwindSafe(async move { work(item).await }).catch_unwind();
        work.map(move |end| (index, end))
    });
    let mut ended = Vec::with_capacity(works.size_hint().0);
    let mut works = stream::iter(works).buffer_unordered(limit);
    while let Some(end) = works.next().await {
        ended.push(end);
    }
    ended.sort_unstable_by_key(|(index, _)| *index);
    ended.into_iter().map(|(_, end)| end).collect()
}
