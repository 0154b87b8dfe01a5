//! async-lock's `Semaphore`, since async-std has none: a permit is waited for, then a task is
//! spawned that keeps it.
//!
//! async-std is discontinued; use `smol`, from which this differs by the executor: there is
//! one for the whole process, with as many threads as `ASYNC_STD_THREAD_COUNT` says.
//!
//! # What to notice
//! - The permit comes before the spawn: as many tasks are under way as there are permits,
//!   however many items there are.
//! - A panic would be raised again where the task is awaited, so it is caught in the task.
//!   The permit is returned either way.
//! - A dropped handle detaches its task, where smol's cancels it: a caller that drops
//!   this function's future leaves work behind.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use anyhow::Result;
use page_client::async_std::Client;

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let (client, rounds) = (Client::new(&job.client()), job.rehash);
    let pace = job.pace();
    let fetch = move |url: String| {
        let (client, pace) = (client.clone(), pace.clone());
        async move {
            let _item = pace.item(task::sleep).await;
            rehashed(client.fetch(&url).await, rounds)
        }
    };
    let pages = at_most(job.limit.get(), job.urls.clone(), fetch);
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let pages = task::block_on(task::spawn(pages));
    Ok(pages.into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs async-lock, async-std, futures-util (std).

use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc, thread};

use async_lock::Semaphore;
use async_std::task;
use futures_util::FutureExt;

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<I, F>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    assert!(limit > 0, "limit must be at least 1");
    let semaphore = Arc::new(Semaphore::new(limit));
    let (mut tasks, mut ended) = (VecDeque::new(), Vec::new());
    for item in items {
        let permit = semaphore.acquire_arc().await;
        let work = work.clone();
        tasks.push_back(task::spawn(async move {
            let _permit = permit;
            let work = AssertUnwindSafe(async move { work(item).await });
            work.catch_unwind().await
        }));
        while let Some(end) = tasks.front_mut().and_then(FutureExt::now_or_never) {
            ended.push(end);
            tasks.pop_front();
        }
    }
    for task in tasks {
        ended.push(task.await);
    }
    ended
}
