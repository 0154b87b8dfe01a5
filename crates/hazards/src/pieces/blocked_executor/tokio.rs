//! As many blocking calls as the runtime has threads, beside a heartbeat.
//!
//! # What to notice
//! - `block` has no await, so the thread that polls it is gone until it returns.
//! - One call is enough to make a heart that happens to be on that thread late.
//! - `spawn_blocking` has threads of its own, up to 512; for work that computes, bound it by
//!   a semaphore or hand it to rayon.

use anyhow::Result;
use tokio::{runtime, task, time};

use crate::{Job, work};

/// Blocks the threads that tasks run on.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let heart = tokio::spawn(heart());
        time::sleep(work::PERIOD * 2).await;
        let tasks: Vec<_> = (0..workers)
            .map(|_| tokio::spawn(async move { work::block(time) }))
            .collect();
        let mut done = 0;
        for task in tasks {
            task.await?;
            done += 1;
        }
        time::sleep(work::PERIOD * 2).await;
        heart.abort();
        Ok(done)
    })
}

/// Blocks threads that are there for it.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let heart = tokio::spawn(heart());
        time::sleep(work::PERIOD * 2).await;
        let tasks: Vec<_> = (0..workers)
            .map(|_| task::spawn_blocking(move || work::block(time)))
            .collect();
        let mut done = 0;
        for task in tasks {
            task.await?;
            done += 1;
        }
        time::sleep(work::PERIOD * 2).await;
        heart.abort();
        Ok(done)
    })
}

async fn heart() {
    loop {
        work::beat();
        time::sleep(work::PERIOD).await;
    }
}
