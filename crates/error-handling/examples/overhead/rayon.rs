//! A plain join: a parallel iterator, collected.

use std::{thread, time::Instant};

use anyhow::Result;
use error_handling::Job;
use rayon::{ThreadPoolBuilder, prelude::*};

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let tasks = (0..job.tasks).into_par_iter();
    let tasks = tasks.map(|task| attempt(job, task));
    let values = ThreadPoolBuilder::new()
        .num_threads(job.blocking.get().min(job.tasks.max(1)))
        .thread_name(|index| format!("rayon {index}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| tasks.collect()),
        )?;
    Ok(values)
}

/// The task with its deadline, and nothing for the case that it passes.
fn attempt(job: &Job, task: usize) -> u64 {
    let deadline = Instant::now() + job.timeout();
    let attempt = job.attempts(task).begin();
    if let Some(time) = attempt.wait() {
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(time < left, "it is too late for task {task}");
        thread::sleep(time);
    }
    attempt.finish().expect("no task fails").value
}
