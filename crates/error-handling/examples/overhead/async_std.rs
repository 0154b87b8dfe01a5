//! A plain join, legacy: each task is spawned, and its handle awaited in turn.

use anyhow::Result;
use async_std::{
    future::timeout,
    sync::Arc,
    task::{self, sleep},
};
use error_handling::Job;

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let job = Arc::new(job.clone());
    // Spawned, as the variant does.
    task::block_on(task::spawn(async move {
        let mut tasks = Vec::with_capacity(job.tasks);
        for task in 0..job.tasks {
            let job = Arc::clone(&job);
            tasks.push(task::spawn(async move {
                timeout(job.timeout(), attempt(&job, task)).await
            }));
        }
        let mut values = Vec::with_capacity(job.tasks);
        for task in tasks {
            values.push(task.await?);
        }
        Ok(values)
    }))
}

async fn attempt(job: &Job, task: usize) -> u64 {
    let attempt = job.attempts(task).begin();
    if let Some(time) = attempt.wait() {
        sleep(time).await;
    }
    attempt.finish().expect("no task fails").value
}
