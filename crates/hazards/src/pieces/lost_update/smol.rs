//! A lost update between two tasks, with an await in the middle.
//!
//! # What to notice
//! - The await is where another task gets its turn, so it bites on one thread as well.
//! - That tasks may borrow here changes nothing: what is borrowed is shared.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

use anyhow::Result;
use smol::{
    Executor, channel,
    future::{block_on, yield_now},
};

use crate::Job;

/// Counts in three steps, between which another may have counted.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, increments) = (job.workers.get(), job.increments);
    let count = AtomicU64::new(0);
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                executor.spawn(async {
                    for _ in 0..increments {
                        let seen = count.load(Relaxed);
                        yield_now().await;
                        count.store(seen + 1, Relaxed);
                    }
                })
            })
            .collect();
        tasks.into_iter().for_each(block_on);
        drop(signal);
    });
    Ok(count.load(Relaxed))
}

/// Counts in one step.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, increments) = (job.workers.get(), job.increments);
    let count = AtomicU64::new(0);
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                executor.spawn(async {
                    for _ in 0..increments {
                        yield_now().await;
                        count.fetch_add(1, Relaxed);
                    }
                })
            })
            .collect();
        tasks.into_iter().for_each(block_on);
        drop(signal);
    });
    Ok(count.load(Relaxed))
}
