//! A stream that polls at most `limit` futures at once, in one task.
//!
//! There is no semaphore and no spawning: `buffer_unordered` holds the futures and starts
//! the next when one has finished. They finish in any order, so each brings its index.
//! (`buffered` keeps the order instead, and lets one late answer hold up the next start.)
//!
//! # What to notice
//! - All items share one task, hence one thread: what one of them computes, the others wait
//!   for. Only the client's connections run beside it.
//! - A future that is not polled makes no progress. Awaiting anything else between two
//!   items of the stream stops every request.
//! - Nothing is `Send` or `'static` here: work may borrow, and may hold an `Rc`.
//!
//! # When not to use this
//! When the work on an item is more than a little: spawn it, as `tokio` does.

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
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let pages = runtime.spawn(at_most(job.limit.get(), job.urls.clone(), fetch));
    Ok(runtime.block_on(pages)?.into_iter().collect())
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
