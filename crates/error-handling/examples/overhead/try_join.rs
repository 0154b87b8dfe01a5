//! A plain join: `join_all`, which can't fail.

use anyhow::Result;
use error_handling::Job;
use futures_util::future::join_all;
use tokio::{
    runtime,
    task::unconstrained,
    time::{sleep, timeout},
};

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let tasks = (0..job.tasks).map(|task| async move {
        let in_time = timeout(job.timeout(), attempt(job, task)).await;
        in_time.expect("no task is late")
    });
    Ok(runtime.block_on(unconstrained(join_all(tasks))))
}

async fn attempt(job: &Job, task: usize) -> u64 {
    let attempt = job.attempts(task).begin();
    if let Some(time) = attempt.wait() {
        sleep(time).await;
    }
    attempt.finish().expect("no task fails").value
}
