//! `smol::lock::Semaphore`: a permit is waited for, then a task is spawned that keeps it.
//!
//! The loop suspends in `acquire_arc` until a permit is free. A task drops its permit when
//! it ends, and that wakes the loop.
//!
//! # What to notice
//! - The permit comes before the spawn: as many tasks are under way as there are permits,
//!   however many items there are.
//! - A panic would be raised again where the task is awaited, so it is caught in the task.
//!   The permit is returned either way.
//! - The executor is the caller's, and so are its threads: work may borrow whatever outlives
//!   it (`'a`).
//!
//! # When not to use this
//! Where permits must be taken in order: async-lock lets a newcomer take a free permit, and
//! a waiter that was woken too late waits again at the end of the queue
//! (async-lock 3.5, src/semaphore.rs, AcquireArcInner).

use anyhow::Result;
use page_client::smol::Client;
use smol::{Timer, block_on, channel};

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Arc::new(Executor::new());
    let (signal, shutdown) = channel::bounded::<()>(1);
    let (client, rounds) = (Client::new(&executor, &job.client()), job.rehash);
    let pace = job.pace();
    let fetch = move |url: String| {
        let (client, pace) = (client.clone(), pace.clone());
        async move {
            let _item = pace.item(Timer::after).await;
            rehashed(client.fetch(&url).await, rounds)
        }
    };
    thread::scope(|scope| {
        for index in 0..job.workers.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let (limit, urls) = (job.limit.get(), job.urls.clone());
        let spawner = Arc::clone(&executor);
        // Spawned, since what `block_on` polls itself is on none of the executor's threads.
        let pages = async move { at_most(&spawner, limit, urls, fetch).await };
        let pages = block_on(executor.spawn(pages));
        // Every `recv` fails now, and with it every thread's `run` ends.
        drop(signal);
        Ok(pages.into_iter().collect())
    })
}

// The lesson: everything below can be taken home.
// It needs smol.

use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc, thread};

use smol::{Executor, future::FutureExt, lock::Semaphore};

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
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
