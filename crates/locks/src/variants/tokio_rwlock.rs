//! `tokio::sync::RwLock`: each worker is a task; readers hold the lock together, and a task
//! that waits for it gives its thread to the others.
//!
//! # What to notice
//! - It is a semaphore: a reader takes one permit, a writer takes all (tokio 1.54,
//!   src/sync/rwlock.rs, MAX_READS).
//! - First come, first served: a writer that waits holds up all readers behind it, so a
//!   stream of readers does not starve it (tokio 1.54, src/sync/rwlock.rs, write-preferring).
//! - It does not poison, as `tokio`'s lock does not.
//!
//! # When not to use this
//! Whenever the guard is not held across an `.await`, as here: std's locks are cheaper.

use anyhow::Result;
use tokio::runtime::Builder;

use crate::{Counter, Job, Output, Witness};

/// Counts with one task per worker and a lock that readers share.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.threads.get())
        .build()?;
    let witness = Witness::of(job);
    let counted = count(
        job.workers.get(),
        job.increments,
        job.reads,
        Counter::default(),
        witness.read(),
        witness.increment(),
    );
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let (counter, ended) = runtime.block_on(runtime.spawn(counted))?;
    let ended = ended.into_iter();
    let ended = ended.map(|end| end.map_err(JoinError::into_panic));
    Ok(Output::new(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.
// It needs tokio (rt, sync), tokio-util (rt).

use std::sync::Arc;

use tokio::{sync::RwLock, task::JoinError};
use tokio_util::task::JoinQueue;

/// Has each worker do `work` on one value `increments` times, alone with it, and before
/// each of them `read` it `reads` times, beside other readers.
/// Returns the value, and what each worker's last increment returned: a panic is that
/// worker's error.
///
/// # Panics
/// There is no worker.
pub async fn count<T, R>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Clone + Send + 'static,
    work: impl Fn(&mut T, usize, u64) -> R + Clone + Send + 'static,
) -> (T, Vec<Result<Option<R>, JoinError>>)
where
    T: Send + Sync + 'static,
    R: Send + 'static,
{
    assert!(workers > 0, "there is no worker");
    let value = Arc::new(RwLock::new(value));
    let mut tasks = JoinQueue::new();
    for worker in 0..workers {
        let (value, read, work) = (Arc::clone(&value), read.clone(), work.clone());
        tasks.spawn(async move {
            let mut last = None;
            for nth in 0..increments {
                for _ in 0..reads {
                    let value = value.read().await;
                    read(&value, worker, nth);
                }
                let mut value = value.write().await;
                last = Some(work(&mut value, worker, nth));
            }
            last
        });
    }
    let mut ended = Vec::with_capacity(workers);
    while let Some(end) = tasks.join_next().await {
        ended.push(end);
    }
    let value = Arc::into_inner(value).expect("no task is left that has it");
    (value.into_inner(), ended)
}
