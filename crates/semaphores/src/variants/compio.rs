//! `async_lock::Semaphore` on compio: all tasks on the one thread that calls `block_on`,
//! which hands reads and writes to the kernel and takes their results from io_uring.
//!
//! compio has no semaphore of its own, and this one needs no runtime. The loop suspends in
//! `acquire_arc` until a permit is free. A task drops its permit when it ends, and that
//! wakes the loop.
//!
//! # What to notice
//! - Nothing is `Send`: a task stays on the thread that has spawned it. compio has a runtime
//!   for each thread, and no work stealing.
//! - A panic ends its task only: whoever awaits the task gets it as a `JoinError`.
//! - A task whose handle is dropped is cancelled, as on smol. What the kernel is busy with
//!   then keeps its buffer until the kernel is done.
//!
//! # When not to use this
//! Where answers take much computing: there is one core for all of it. And where io_uring is
//! refused, as it is in many containers: compio then waits with epoll.

use std::any::Any;

use anyhow::Result;
use compio::{
    driver::{DriverType, ProactorBuilder},
    runtime::RuntimeBuilder,
    time::sleep,
};
use page_client::compio::Client;

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    // By default it is epoll where io_uring is refused, and this would be another row.
    let mut driver = ProactorBuilder::new();
    driver.driver_type(DriverType::IoUring);
    let runtime = RuntimeBuilder::new().with_proactor(driver).build()?;
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
    Ok(pages.map(|page| page.map_err(into_panic)).collect())
}

fn into_panic(error: JoinError) -> Box<dyn Any + Send> {
    match error {
        JoinError::Panicked(panic) => panic,
        JoinError::Cancelled => unreachable!("no handle was dropped"),
    }
}

// The lesson: everything below can be taken home.
// It needs async-lock, compio.

use std::{collections::VecDeque, sync::Arc};

use async_lock::Semaphore;
use compio::runtime::{JoinError, spawn};

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<I, F>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: 'static,
    F: Future<Output: 'static> + 'static,
{
    assert!(limit > 0, "limit must be at least 1");
    let semaphore = Arc::new(Semaphore::new(limit));
    let (mut tasks, mut ended) = (VecDeque::new(), Vec::new());
    for item in items {
        let permit = semaphore.acquire_arc().await;
        let work = work.clone();
        tasks.push_back(spawn(async move {
            let _permit = permit;
            work(item).await
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
