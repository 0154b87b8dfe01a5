//! A plain join: each task is spawned on an executor of our own, and awaited in turn.

use std::thread;

use anyhow::Result;
use error_handling::Job;
use smol::{Executor, Timer, block_on, channel, future::FutureExt};

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for index in 0..job.workers.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let mut tasks = Vec::with_capacity(job.tasks);
        for task in 0..job.tasks {
            tasks.push(executor.spawn(attempt(job, task).or(late(job))));
        }
        block_on(async {
            let mut values = Vec::with_capacity(job.tasks);
            for task in tasks {
                values.push(task.await);
            }
            drop(signal);
            Ok(values)
        })
    })
}

async fn attempt(job: &Job, task: usize) -> u64 {
    let attempt = job.attempts(task).begin();
    if let Some(time) = attempt.wait() {
        Timer::after(time).await;
    }
    attempt.finish().expect("no task fails").value
}

async fn late(job: &Job) -> u64 {
    Timer::after(job.timeout()).await;
    panic!("a task is late")
}
