//! A lost update between two tasks, with an await in the middle.
//!
//! # What to notice
//! - The await is where another task gets its turn, so it bites on one thread as well.
//! - How many threads the tasks have is up to `ASYNC_STD_THREAD_COUNT`, not to the code.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use anyhow::Result;
use async_std::task;

use crate::Job;

/// Counts in three steps, between which another may have counted.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, increments) = (job.workers.get(), job.increments);
    let count = Arc::new(AtomicU64::new(0));
    task::block_on(async {
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let count = Arc::clone(&count);
                task::spawn(async move {
                    for _ in 0..increments {
                        let seen = count.load(Relaxed);
                        task::yield_now().await;
                        count.store(seen + 1, Relaxed);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await;
        }
        Ok(count.load(Relaxed))
    })
}

/// Counts in one step.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, increments) = (job.workers.get(), job.increments);
    let count = Arc::new(AtomicU64::new(0));
    task::block_on(async {
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let count = Arc::clone(&count);
                task::spawn(async move {
                    for _ in 0..increments {
                        task::yield_now().await;
                        count.fetch_add(1, Relaxed);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await;
        }
        Ok(count.load(Relaxed))
    })
}
