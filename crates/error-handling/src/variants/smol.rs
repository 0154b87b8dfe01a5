//! Tasks on an executor of the caller's: each is cancelled when it is dropped, and
//! `cancel` waits until it is gone.
//!
//! `spawn_many` starts them, and locks the executor once for 500 of them (async-executor
//! 1.14, src/lib.rs, spawn_many).
//!
//! # What to notice
//! - A panic would be raised again where the task is awaited, when its turn comes. Caught
//!   within, it is known at once.
//! - Awaiting in input order says nothing of a fault further down, so the tasks send
//!   their outcomes through a channel. It closes when all have ended.
//! - `cancel` waits until the task is gone. One after the other, the last sibling would work
//!   on meanwhile; `join_all` cancels all at once.
//!
//! # When not to use this
//! When a dropped handle must not stop the work: `detach` it, and then what
//! became of it is lost.

use std::sync::Arc;

use anyhow::Result;
use smol::{Timer, block_on};

use crate::{Job, Output, Policy, work::persist};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Arc::new(Executor::new());
    let (signal, shutdown) = channel::bounded::<()>(1);
    let (tasks, policy) = (0..job.tasks, job.policy);
    let work = |task| persist(job, task, Timer::after);
    thread::scope(|scope| {
        for index in 0..job.workers.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let spawner = Arc::clone(&executor);
        // Spawned, since what `block_on` polls itself is on none of the executor's threads.
        let output = executor.spawn(async move {
            match policy {
                Policy::Collect => Output::settled(settle(&spawner, tasks, work).await),
                Policy::FailFast => {
                    let (first, ends) = first_error(&spawner, tasks, work).await;
                    Output::stopped(first, ends)
                }
            }
        });
        let output = block_on(output);
        // Every `recv` fails now, and with it every thread's `run` ends.
        drop(signal);
        Ok(output)
    })
}

// The lesson: everything below can be taken home.
// It needs futures-util (std), smol.

use std::{panic::AssertUnwindSafe, thread};

use futures_util::future::join_all;
use smol::{Executor, Task, channel, future::FutureExt};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was stopped.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item at once, on the executor's threads. Returns what came of each,
/// in input order.
pub async fn settle<'a, I, F, T, E>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<End<T, E>>
where
    I: Send + 'a,
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    let items = items.into_iter().map(|item| (work.clone(), item));
    // The executor is locked while `spawn_many` iterates: nothing of the caller's runs then.
    let items: Vec<_> = items.collect();
    let works = items.into_iter().map(|(work, item)| {
        let work = AssertUnwindSafe(async move { work(item).await });
        work.catch_unwind()
    });
    let mut tasks = Vec::with_capacity(works.len());
    executor.spawn_many(works, &mut tasks);
    let mut ends = Vec::with_capacity(tasks.len());
    for task in tasks {
        ends.push(task.await);
    }
    ends
}

/// Does `work` on every item at once, until it fails or panics on one. The others are
/// dropped where they wait, and waited for.
pub async fn first_error<'a, I, F, T, E>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> First<T, E>
where
    I: Send + 'a,
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    let (give, ended) = channel::unbounded();
    let items = items.into_iter().map(|item| (work.clone(), item));
    // Collected first, as in `settle`.
    let items: Vec<_> = items.collect();
    let works = items.into_iter().enumerate().map(|(index, (work, item))| {
        let work = AssertUnwindSafe(async move { work(item).await });
        let give = give.clone();
        async move {
            let end = work.catch_unwind().await;
            // Not returned: `cancel` drops what a task returns meanwhile.
            let _ = give.try_send((index, end));
        }
    });
    let mut tasks = Vec::with_capacity(works.len());
    executor.spawn_many(works, &mut tasks);
    drop(give);
    let mut first = None;
    let mut ends: Vec<_> = (0..tasks.len()).map(|_| None).collect();
    while let Ok((index, end)) = ended.recv().await {
        if first.is_none() && !matches!(end, Ok(Ok(_))) {
            first = Some(index);
            join_all(tasks.drain(..).map(Task::cancel)).await;
        }
        ends[index] = Some(end);
    }
    for task in tasks {
        task.await;
    }
    (first, ends)
}
