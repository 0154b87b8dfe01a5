//! `smol::lock::RwLock`: each worker is a task on the caller's executor; readers hold the
//! lock together.
//!
//! # What to notice
//! - A writer takes a Mutex first, then sets its bit and waits for the readers to leave;
//!   `read` waits from then on, so a stream of readers does not starve a writer
//!   (async-lock 3.5, src/rwlock/raw.rs, WRITER_BIT).
//! - Released by a writer, it wakes the next writer and one reader, which wakes the next
//!   reader, and so on: readers that wait wake one after the other.
//! - A lock that is free is taken without giving the thread to another task, as in `smol`.
//!
//! # When not to use this
//! Whenever the guard is not held across an `.await`, as here: std's locks are cheaper.

use anyhow::Result;
use smol::{channel, future::block_on};

use crate::{Counter, Job, Output, Witness};

/// Counts with one task per worker and a lock that readers share.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Arc::new(Executor::new());
    let (signal, shutdown) = channel::bounded::<()>(1);
    let witness = Witness::of(job);
    thread::scope(|scope| {
        for index in 0..job.threads.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let (workers, increments, reads) = (job.workers.get(), job.increments, job.reads);
        let (read, increment) = (witness.read(), witness.increment());
        let spawner = Arc::clone(&executor);
        let counted = async move {
            let value = Counter::default();
            count(&spawner, workers, increments, reads, value, read, increment).await
        };
        // Spawned, since what `block_on` polls itself is on none of the executor's threads.
        let (counter, ended) = block_on(executor.spawn(counted));
        // Every `recv` fails now, and with it every thread's `run` ends.
        drop(signal);
        Ok(Output::new(counter, ended).seen_by(&witness))
    })
}

// The lesson: everything below can be taken home.
// It needs smol.

use std::{panic::AssertUnwindSafe, sync::Arc, thread};

use smol::{Executor, future::FutureExt, lock::RwLock};

/// Has each worker do `work` on one value `increments` times, alone with it, and before
/// each of them `read` it `reads` times, beside other readers.
/// Returns the value, and what each worker's last increment returned: a panic is that
/// worker's error.
///
/// # Panics
/// There is no worker.
pub async fn count<'a, T, R>(
    executor: &Executor<'a>,
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Clone + Send + 'a,
    work: impl Fn(&mut T, usize, u64) -> R + Clone + Send + 'a,
) -> (T, Vec<thread::Result<Option<R>>>)
where
    T: Send + Sync + 'a,
    R: Send + 'a,
{
    assert!(workers > 0, "there is no worker");
    let value = Arc::new(RwLock::new(value));
    let mut tasks = Vec::with_capacity(workers);
    for worker in 0..workers {
        let (value, read, work) = (Arc::clone(&value), read.clone(), work.clone());
        let task = AssertUnwindSafe(async move {
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
        tasks.push(executor.spawn(task.catch_unwind()));
    }
    let mut ended = Vec::with_capacity(workers);
    for task in tasks {
        ended.push(task.await);
    }
    let value = Arc::into_inner(value).expect("no task is left that has it");
    (value.into_inner(), ended)
}
