//! `std::sync::Mutex` in tokio's tasks: each worker is a task, and while another holds
//! the lock its whole thread waits.
//!
//! # What to notice
//! - The guard is gone before the next `.await`. Held across one, the task could not be
//!   spawned: std's guard is not `Send`.
//! - Without an `.await` the loop would never yield. `consume_budget` yields when the
//!   task's 128 operations are used up (tokio 1.54, src/task/coop/mod.rs, Budget), as
//!   tokio's own lock does in `tokio`.
//! - A panic under the lock poisons it, which tokio's own lock never does.
//!
//! # When not to use this
//! While the guard must be held across an `.await`, or for long: a thread that waits for
//! the lock polls no other task.

use anyhow::Result;
use tokio::runtime::Builder;

use crate::{Counter, Job, Output, Witness};

/// Counts with one task per worker and a lock that blocks its thread.
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
    Ok(Output::poisoning(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.
// It needs tokio (rt), tokio-util (rt).

use std::sync::{Arc, LockResult, Mutex, PoisonError};

use tokio::task::{JoinError, coop::consume_budget};
use tokio_util::task::JoinQueue;

/// How a worker ended: it panicked, or found the lock poisoned, or did all its
/// increments. The value is what its last increment returned.
pub type Ended<R> = Result<LockResult<Option<R>>, JoinError>;

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
/// Returns the value, and how each worker ended: a panic is that worker's error, and
/// poison for all who lock after it.
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
) -> (LockResult<T>, Vec<Ended<R>>)
where
    T: Send + 'static,
    R: Send + 'static,
{
    assert!(workers > 0, "there is no worker");
    let value = Arc::new(Mutex::new(value));
    let mut tasks = JoinQueue::new();
    for worker in 0..workers {
        let (value, read, work) = (Arc::clone(&value), read.clone(), work.clone());
        tasks.spawn(async move {
            let mut last = None;
            for nth in 0..increments {
                for _ in 0..reads {
                    consume_budget().await;
                    let Ok(value) = value.lock() else {
                        return Err(PoisonError::new(last));
                    };
                    read(&value, worker, nth);
                }
                consume_budget().await;
                let Ok(mut value) = value.lock() else {
                    return Err(PoisonError::new(last));
                };
                last = Some(work(&mut value, worker, nth));
            }
            Ok(last)
        });
    }
    let mut ended = Vec::with_capacity(workers);
    while let Some(end) = tasks.join_next().await {
        ended.push(end);
    }
    let value = Arc::into_inner(value).expect("no task is left that has it");
    (value.into_inner(), ended)
}
