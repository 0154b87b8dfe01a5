//! A plain join: each task is spawned into a `JoinSet`, which joins all.

use std::sync::Arc;

use anyhow::Result;
use error_handling::Job;
use tokio::{
    runtime,
    task::JoinSet,
    time::{sleep, timeout},
};

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let job = Arc::new(job.clone());
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_time()
        .build()?;
    // Spawned, as the variant does.
    let values = runtime.spawn(async move {
        let mut tasks = JoinSet::new();
        for task in 0..job.tasks {
            let job = Arc::clone(&job);
            tasks.spawn(async move {
                let in_time = timeout(job.timeout(), attempt(&job, task)).await;
                in_time.expect("no task is late")
            });
        }
        tasks.join_all().await
    });
    Ok(runtime.block_on(values)?)
}

async fn attempt(job: &Job, task: usize) -> u64 {
    let attempt = job.attempts(task).begin();
    if let Some(time) = attempt.wait() {
        sleep(time).await;
    }
    attempt.finish().expect("no task fails").value
}
