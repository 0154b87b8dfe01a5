//! A plain join: each task is spawned, and its handle awaited in turn.

use std::sync::Arc;

use anyhow::Result;
use error_handling::Job;
use tokio::{runtime, time::sleep};

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let job = Arc::new(job.clone());
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let mut tasks = Vec::with_capacity(job.tasks);
        for task in 0..job.tasks {
            let job = Arc::clone(&job);
            tasks.push(tokio::spawn(async move { attempt(&job, task).await }));
        }
        let mut values = Vec::with_capacity(job.tasks);
        for task in tasks {
            values.push(task.await?);
        }
        Ok(values)
    })
}

async fn attempt(job: &Job, task: usize) -> u64 {
    let attempt = job.attempts(task).begin();
    if let Some(time) = attempt.wait() {
        sleep(time).await;
    }
    attempt.finish().expect("no task fails").value
}
