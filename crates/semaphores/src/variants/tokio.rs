//! `tokio::sync::Semaphore`: a permit is waited for, then a task is spawned that keeps it.
//!
//! The loop suspends in `acquire_owned` until a permit is free. A task drops its permit when
//! it ends, and that wakes the loop.
//!
//! # What to notice
//! - The permit comes before the spawn: as many tasks are under way as there are permits,
//!   however many items there are.
//! - A panic ends its task only: the queue hands it over as a `JoinError`. The permit went
//!   back when the task was unwound.
//! - Spawned work is `'static`: it can't borrow what the caller has.
//!
//! # When not to use this
//! With more results than memory: all are returned together. And a task that has ended
//! keeps its memory until it is joined, in input order: behind a slow one, many wait.

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
    let pages = runtime.block_on(pages)?.into_iter();
    Ok(pages
        .map(|page| page.map_err(JoinError::into_panic))
        .collect())
}

// The lesson: everything below can be taken home.
// It needs tokio (rt, sync), tokio-util (rt).

use std::sync::Arc;

use tokio::{sync::Semaphore, task::JoinError};
use tokio_util::task::JoinQueue;

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<I, F>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    assert!(limit > 0, "limit must be at least 1");
    let semaphore = Arc::new(Semaphore::new(limit));
    let (mut tasks, mut ended) = (JoinQueue::new(), Vec::new());
    for item in items {
        let permit = Arc::clone(&semaphore).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let work = work.clone();
        tasks.spawn(async move {
            let _permit = permit;
            work(item).await
        });
        while let Some(end) = tasks.try_join_next() {
            ended.push(end);
        }
    }
    while let Some(end) = tasks.join_next().await {
        ended.push(end);
    }
    ended
}
