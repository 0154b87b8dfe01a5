//! Tasks on the process's own executor, legacy: each runs on when its handle is dropped,
//! and `cancel` waits until it is gone.
//!
//! async-std is discontinued; use `smol`, from which this differs by the executor.
//!
//! # What to notice
//! - A panic would be raised again where the task is awaited, when its turn comes. Caught
//!   within, it is known at once.
//! - Awaiting in input order says nothing of a fault further down, so the tasks send
//!   their outcomes through a channel. It closes when all have ended.
//! - A handle that is dropped detaches its task: without `cancel` the siblings go on.
//!   `join_all` cancels all at once, and waits until they are gone.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use std::sync::Arc;

use anyhow::Result;
use async_std::task::{block_on, sleep};

use crate::{Job, Output, Policy, work::persist};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let (tasks, policy, job) = (0..job.tasks, job.policy, Arc::new(job.clone()));
    let work = move |task| persist(Arc::clone(&job), task, sleep);
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    Ok(block_on(task::spawn(async move {
        match policy {
            Policy::Collect => Output::settled(settle(tasks, work).await),
            Policy::FailFast => {
                let (first, ends) = first_error(tasks, work).await;
                Output::stopped(first, ends)
            }
        }
    })))
}

// The lesson: everything below can be taken home.
// It needs async-std, futures-util (std).

use std::{panic::AssertUnwindSafe, thread};

use async_std::{
    channel,
    task::{self, JoinHandle},
};
use futures_util::{FutureExt, future::join_all};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
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
    let mut tasks = Vec::new();
    for item in items {
        let work = work.clone();
        let work = AssertUnwindSafe(async move { work(item).await });
        tasks.push(task::spawn(work.catch_unwind()));
    }
    let mut ends = Vec::with_capacity(tasks.len());
    for task in tasks {
        ends.push(task.await);
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
    let (give, ended) = channel::unbounded();
    let mut tasks = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let work = work.clone();
        let work = AssertUnwindSafe(async move { work(item).await });
        let give = give.clone();
        tasks.push(task::spawn(async move {
            let end = work.catch_unwind().await;
            // Not returned: `cancel` drops what a task returns meanwhile.
            let _ = give.try_send((index, end));
        }));
    }
    drop(give);
    let mut first = None;
    let mut ends: Vec<_> = (0..tasks.len()).map(|_| None).collect();
    while let Ok((index, end)) = ended.recv().await {
        if first.is_none() && !matches!(end, Ok(Ok(_))) {
            first = Some(index);
            join_all(tasks.drain(..).map(JoinHandle::cancel)).await;
        }
        ends[index] = Some(end);
    }
    for task in tasks {
        task.await;
    }
    (first, ends)
}
