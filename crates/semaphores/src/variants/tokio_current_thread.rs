//! The same on tokio's other runtime: all tasks on the one thread that calls `block_on`.
//!
//! The function is `tokio`'s, line by line. What differs is where its tasks run: they take
//! turns on this thread. Only names are looked up on another, which blocks.
//!
//! # What to notice
//! - `job.workers` means nothing here: there is one thread for tasks, timers and sockets.
//! - Work is `Send` all the same, since `spawn` asks for it. `spawn_local` would not, and
//!   needs a `LocalSet` or a `LocalRuntime` (tokio 1.54, src/task/local.rs, spawn_local).
//! - What one task computes, all others wait for.
//!
//! # When not to use this
//! Where answers take much computing: there is one core for all of it.

use anyhow::Result;
use page_client::tokio::Client;
use tokio::{runtime::Builder, time::sleep};

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
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
    let pages = runtime.block_on(pages).into_iter();
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
