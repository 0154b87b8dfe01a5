//! Spawned tasks: a `JoinQueue` hands them back in order, a `JoinMap` each with its index as
//! it ends, whether it returned, panicked or was aborted.
//!
//! # What to notice
//! - A panic ends its task only, and is in the `JoinError`. That knows the task's id; the map
//!   knows its index.
//! - `abort_all` drops what waits, and what has ended stays in the map: nothing is lost.
//! - Spawned work is `'static`: it can't borrow what the caller has.
//!
//! # When not to use this
//! When the first error is all that is wanted: `try_join` is shorter. When a task must not
//! be cut where it awaits: cancel a token that it looks at, and let it return.

use std::sync::Arc;

use anyhow::Result;
use tokio::{runtime::Builder, time::sleep};

use crate::{Job, Output, Policy, work::persist};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_time()
        .build()?;
    let (tasks, policy, job) = (0..job.tasks, job.policy, Arc::new(job.clone()));
    let work = move |task| persist(Arc::clone(&job), task, sleep);
    let ended = |end: Result<_, _>| end.map_err(JoinError::into_panic);
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let output = runtime.spawn(async move {
        match policy {
            Policy::Collect => {
                let ends = settle(tasks, work).await;
                Output::settled(ends.into_iter().map(ended))
            }
            Policy::FailFast => {
                let (first, ends) = first_error(tasks, work).await;
                Output::stopped(first, ends.into_iter().map(|end| end.map(ended)))
            }
        }
    });
    Ok(runtime.block_on(output)?)
}

// The lesson: everything below can be taken home.
// It needs tokio (rt), tokio-util (join-map).

use tokio::task::JoinError;
use tokio_util::task::{JoinMap, JoinQueue};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = Result<Result<T, E>, JoinError>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was stopped.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item at once. Returns what came of each, in input order.
pub async fn settle<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<End<T, E>>
where
    I: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut tasks = JoinQueue::new();
    for item in items {
        let work = work.clone();
        tasks.spawn(async move { work(item).await });
    }
    let mut ends = Vec::with_capacity(tasks.len());
    while let Some(end) = tasks.join_next().await {
        ends.push(end);
    }
    ends
}

/// Does `work` on every item at once, until it fails or panics on one. The others are
/// dropped where they wait, and waited for.
pub async fn first_error<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> First<T, E>
where
    I: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut tasks = JoinMap::new();
    for (index, item) in items.into_iter().enumerate() {
        let work = work.clone();
        tasks.spawn(index, async move { work(item).await });
    }
    let mut first = None;
    let mut ends: Vec<_> = (0..tasks.len()).map(|_| None).collect();
    while let Some((index, end)) = tasks.join_next().await {
        if matches!(&end, Err(error) if error.is_cancelled()) {
            continue;
        }
        if first.is_none() && !matches!(end, Ok(Ok(_))) {
            first = Some(index);
            tasks.abort_all();
        }
        ends[index] = Some(end);
    }
    (first, ends)
}
