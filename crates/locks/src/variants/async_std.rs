//! `async_std::sync::Mutex`: each worker is a task on the process's own executor.
//! async-std is discontinued; use `smol`, whose lock this is under another name.
//!
//! # What to notice
//! - The executor has as many threads as `ASYNC_STD_THREAD_COUNT` says when it is first
//!   used; async-std has no function for it, so the trial's environment obeys the job.
//! - Its threads stay when the job is done: nothing can end them but the process.
//! - A panic would come out of the task's handle, so it is caught in the task. The lock
//!   does not poison.
//!
//! # When not to use this
//! In anything new. The move to smol is an executor, and changes `task::spawn` to its
//! `spawn`; a handle that is dropped cancels its task there, where here it detaches.

use anyhow::Result;

use crate::{Counter, Job, Output, Witness};

/// Counts with one task per worker and a lock that is awaited.
pub fn run(job: &Job) -> Result<Output> {
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
    let (counter, ended) = task::block_on(task::spawn(counted));
    Ok(Output::new(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.
// It needs async-std, futures-util (std).

use std::{panic::AssertUnwindSafe, sync::Arc, thread};

use async_std::{sync::Mutex, task};
use futures_util::FutureExt;

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
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
) -> (T, Vec<thread::Result<Option<R>>>)
where
    T: Send + 'static,
    R: Send + 'static,
{
    assert!(workers > 0, "there is no worker");
    let value = Arc::new(Mutex::new(value));
    let mut tasks = Vec::with_capacity(workers);
    for worker in 0..workers {
        let (value, read, work) = (Arc::clone(&value), read.clone(), work.clone());
        let task = AssertUnwindSafe(async move {
            let mut last = None;
            for nth in 0..increments {
                for _ in 0..reads {
                    let value = value.lock().await;
                    read(&value, worker, nth);
                }
                let mut value = value.lock().await;
                last = Some(work(&mut value, worker, nth));
            }
            last
        });
        tasks.push(task::spawn(task.catch_unwind()));
    }
    let mut ended = Vec::with_capacity(workers);
    for task in tasks {
        ended.push(task.await);
    }
    let value = Arc::into_inner(value).expect("no task is left that has it");
    (value.into_inner(), ended)
}
