//! As many blocking calls as the executor has threads, beside a heartbeat.
//!
//! # What to notice
//! - `block` has no await, so the thread that polls it is gone until it returns.
//! - An early async-std was to start a thread when one is blocked; what was released never
//!   did, though it is still told of it.

use anyhow::Result;
use async_std::task;

use crate::{Job, work};

/// Blocks the threads that tasks run on.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    task::block_on(async {
        let heart = task::spawn(heart());
        task::sleep(work::PERIOD * 2).await;
        let tasks: Vec<_> = (0..workers)
            .map(|_| task::spawn(async move { work::block(time) }))
            .collect();
        let mut done = 0;
        for task in tasks {
            task.await;
            done += 1;
        }
        task::sleep(work::PERIOD * 2).await;
        heart.cancel().await;
        Ok(done)
    })
}

/// Blocks threads that are there for it.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    task::block_on(async {
        let heart = task::spawn(heart());
        task::sleep(work::PERIOD * 2).await;
        let tasks: Vec<_> = (0..workers)
            .map(|_| task::spawn_blocking(move || work::block(time)))
            .collect();
        let mut done = 0;
        for task in tasks {
            task.await;
            done += 1;
        }
        task::sleep(work::PERIOD * 2).await;
        heart.cancel().await;
        Ok(done)
    })
}

async fn heart() {
    loop {
        work::beat();
        task::sleep(work::PERIOD).await;
    }
}
