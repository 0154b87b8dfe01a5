//! The same on an executor that one thread runs: the one that calls `block_on`.
//!
//! The function is `smol`'s, line by line. What differs is where its tasks run: they take
//! turns on this thread, which also waits for sockets and timers while none can run.
//!
//! # What to notice
//! - `job.workers` means nothing here. An executor has no threads of its own; the thread
//!   that calls `run` works for it.
//! - Work is `Send` all the same, since `Executor` asks for it. A `LocalExecutor` would not.
//! - What one task computes, all others wait for.
//!
//! # When not to use this
//! Where answers take much computing: there is one core for all of it.

use anyhow::Result;
use page_client::smol::Client;
use smol::{Timer, block_on};

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Arc::new(Executor::new());
    let (client, rounds) = (Client::new(&executor, &job.client()), job.rehash);
    let pace = job.pace();
    let fetch = move |url: String| {
        let (client, pace) = (client.clone(), pace.clone());
        async move {
            let _item = pace.item(Timer::after).await;
            rehashed(client.fetch(&url).await, rounds)
        }
    };
    let pages = at_most(&executor, job.limit.get(), job.urls.iter().cloned(), fetch);
    Ok(block_on(executor.run(pages)).into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs smol.

use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc, thread};

use smol::{Executor, future::FutureExt, lock::Semaphore};

/// Does `work` on every item, at most `limit` at once, on the executor's threads. Returns
/// what came of each, in input order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<'a, I, F>(
    executor: &Executor<'a>,
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    assert!(limit > 0, "limit must be at least 1");
    let semaphore = Arc::new(Semaphore::new(limit));
    let (mut tasks, mut ended) = (VecDeque::new(), Vec::new());
    for item in items {
        let permit = semaphore.acquire_arc().await;
        let work = work.clone();
        tasks.push_back(executor.spawn(async move {
            let _permit = permit;
            let work = AssertUnwindSafe(async move { work(item).await });
            work.catch_unwind().await
        }));
        while let Some(task) = tasks.pop_front_if(|task| task.is_finished()) {
            ended.push(task.await);
        }
    }
    for task in tasks {
        ended.push(task.await);
    }
    ended
}
