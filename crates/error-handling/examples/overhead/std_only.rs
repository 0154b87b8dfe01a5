//! A plain join: threads that take the next task each, and bring back their values.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::Instant,
};

use anyhow::Result;
use error_handling::Job;

/// Does every task, and panics if one fails.
pub(crate) fn run(job: &Job) -> Result<Vec<u64>> {
    let next = AtomicUsize::new(0);
    let mut values = vec![0; job.tasks];
    thread::scope(|scope| {
        let threads = (0..job.blocking.get().min(job.tasks))
            .map(|index| {
                let next = &next;
                let thread = thread::Builder::new().name(format!("worker {index}"));
                thread.spawn_scoped(scope, move || {
                    let mut ended = Vec::new();
                    loop {
                        let task = next.fetch_add(1, Relaxed);
                        if task >= job.tasks {
                            return ended;
                        }
                        ended.push((task, attempt(job, task)));
                    }
                })
            })
            .collect::<io::Result<Vec<_>>>()?;
        for thread in threads {
            for (task, value) in thread.join().expect("no task panics") {
                values[task] = value;
            }
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
