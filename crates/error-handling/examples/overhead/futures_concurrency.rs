//! A plain join: `Vec::join`, which can't fail.

use std::sync::Arc;

use anyhow::Result;
use error_handling::Job;
use futures_concurrency::future::Join;
use tokio::{
    runtime,
    task::unconstrained,
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
    let values = runtime.spawn(unconstrained(async move {
        let tasks = (0..job.tasks).map(async |task| {
            let in_time = timeout(job.timeout(), attempt(&job, task)).await;
            in_time.expect("no task is late")
        });
        tasks.collect::<Vec<_>>().join().await
    }));
    Ok(runtime.block_on(values)?)
}

async fn attempt(job: &Job, task: usize) -> u64 {
    let attempt = job.attempts(task).begin();
    if let Some(time) = attempt.wait() {
        sleep(time).await;
    }
    attempt.finish().expect("no task fails").value
}
