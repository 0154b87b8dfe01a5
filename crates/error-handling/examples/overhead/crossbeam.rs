//! A plain join: threads between a channel of tasks and one of values.

use std::{io, thread, time::Instant};

use anyhow::Result;
use crossbeam_channel::{bounded, unbounded};
use error_handling::Job;

/// Values that may wait to be received.
const CAPACITY: usize = 1024;

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let (queue, tasks) = unbounded();
    for task in 0..job.tasks {
        queue.send(task)?;
    }
    drop(queue);
    let (sender, ended) = bounded(CAPACITY);
    let mut values = vec![0; job.tasks];
    thread::scope(|scope| {
        for index in 0..job.blocking.get().min(job.tasks) {
            let (tasks, sender) = (&tasks, sender.clone());
            let thread = thread::Builder::new().name(format!("worker {index}"));
            thread.spawn_scoped(scope, move || {
                for task in tasks {
                    let sent = sender.send((task, attempt(job, task)));
                    sent.expect("values are received to the last");
                }
            })?;
        }
        drop(sender);
        for (task, value) in &ended {
            values[task] = value;
        }
        io::Result::Ok(())
    })?;
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
