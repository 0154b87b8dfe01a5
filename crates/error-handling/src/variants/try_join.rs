//! Futures in one task: `join_all` waits for all, `try_join_all` until one returns an error,
//! and drops the others where they wait.
//!
//! # What to notice
//! - `try_join_all` returns all the results or one error, and a panic would unwind through
//!   all of them. So each catches its own and writes into its own slot, and only `()` is
//!   joined.
//! - With more than 30 futures it stops at the first error in input order: one that has
//!   happened is not seen before everything in front of it is done (futures-util 0.3.34,
//!   src/future/try_join_all.rs, FuturesOrdered).
//! - To tokio it is one task, and one task gets 128 answers out of its timers and sockets a
//!   turn (tokio 1.54, src/task/coop/mod.rs, Budget); then each of them says that it is not
//!   ready, and all are polled in vain. `unconstrained` takes that limit off, which matters
//!   from some ten thousand futures on.
//!
//! # When not to use this
//! When tasks compute, since one thread polls them all, or when an error among many must
//! stop the rest at once: `FuturesUnordered`, or `tokio` here, does that.

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
// It needs futures-util (std).

use std::{panic::AssertUnwindSafe, thread};

use futures_util::{
    FutureExt,
    future::{join_all, try_join_all},
};

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
    join_all(works.map(|work| AssertUnwindSafe(work).catch_unwind())).await
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
    let all = try_join_all(tasks).await;
    (all.err(), ends)
}
