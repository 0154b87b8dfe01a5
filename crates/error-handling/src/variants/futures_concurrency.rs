//! The same with futures-concurrency: `join` and `try_join` are methods of a `Vec`.
//!
//! # What to notice
//! - `try_join` looks at every future that was woken, and returns the first error that it
//!   finds, however many there are (futures-concurrency 7.7, src/future/try_join/vec.rs,
//!   poll). The others are dropped where they wait, as in `try_join` here.
//! - Each future has a waker of its own, and a bit says that it was woken. The bits are looked
//!   at one by one in each turn, behind a lock, so many futures that wake one at a time cost
//!   the square of their number.
//! - It returns all the results or one error, too, and catches no panic.
//!
//! # When not to use this
//! When tasks compute, since one thread polls them all, or for tens of thousands of futures.

use std::sync::Arc;

use anyhow::Result;
use tokio::{runtime::Builder, task::unconstrained, time::sleep};

use crate::{Job, Output, Policy, work::persist};

/// Does every task at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_time()
        .build()?;
    let (tasks, policy, job) = (0..job.tasks, job.policy, Arc::new(job.clone()));
    let work = move |task| persist(Arc::clone(&job), task, sleep);
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let output = runtime.spawn(unconstrained(async move {
        match policy {
            Policy::Collect => Output::settled(settle(tasks, work).await),
            Policy::FailFast => {
                let (first, ends) = first_error(tasks, work).await;
                Output::stopped(first, ends)
            }
        }
    }));
    Ok(runtime.block_on(output)?)
}

// The lesson: everything below can be taken home.
// It needs futures-concurrency (std), futures-util (std).

use std::{panic::AssertUnwindSafe, thread};

use futures_concurrency::future::{Join, TryJoin};
use futures_util::FutureExt;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was stopped.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item at once. Returns what came of each, in input order.
pub async fn settle<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F,
) -> Vec<End<T, E>>
where
    F: Future<Output = Result<T, E>>,
{
    let works = items.into_iter().map(async |item| work(item).await);
    let tasks: Vec<_> = works
        .map(|work| AssertUnwindSafe(work).catch_unwind())
        .collect();
    tasks.join().await
}

/// Does `work` on every item at once, until it fails or panics on one. The others are
/// dropped where they wait.
pub async fn first_error<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F,
) -> First<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let items: Vec<I> = items.into_iter().collect();
    let mut ends: Vec<_> = items.iter().map(|_| None).collect();
    let works = items.into_iter().map(async |item| work(item).await);
    let slots = works.zip(&mut ends).enumerate();
    let tasks = slots.map(|(index, (work, slot))| async move {
        match slot.insert(AssertUnwindSafe(work).catch_unwind().await) {
            Ok(Ok(_)) => Ok(()),
            _ => Err(index),
        }
    });
    let all = tasks.collect::<Vec<_>>().try_join().await;
    (all.err(), ends)
}
