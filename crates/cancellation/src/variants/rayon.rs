//! A pool of as many threads as workers, and a flag that each task looks at between pieces.
//!
//! Rayon has neither timers nor a way to stop a job: what was begun runs until it looks, and
//! what is queued is begun all the same, and ends at its first look.
//!
//! # What to notice
//! - `in_place_scope` runs its closure on the calling thread, outside the pool, so that one
//!   is free to wait for the deadline.
//! - Two workers do two tasks at a time. At the deadline the rest are still queued, and that
//!   is where most of them are stopped.
//! - A sleeping task keeps its thread: it sleeps in pieces, too.
//!
//! # When not to use this
//! For anything that waits: this pool is made to keep cores busy.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    time::Instant,
};

use anyhow::Result;
use rayon::ThreadPoolBuilder;

use crate::{Job, Output, Task, Tasks, Work};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = Tasks::new(job)?;
    let deadline = tasks.deadline();
    let stop = AtomicBool::new(false);
    let (running, all_done) = mpsc::channel::<()>();
    ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .thread_name(|index| format!("worker-{index}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| {
                pool.in_place_scope(|scope| {
                    for task in tasks.iter() {
                        let (stop, running) = (&stop, running.clone());
                        scope.spawn(move |_| {
                            let _running = running;
                            let task = AssertUnwindSafe(|| perform(task, stop, deadline));
                            // A panic is the outcome of its task, which has noted it.
                            let _ = catch_unwind(task);
                        });
                    }
                    drop(running);
                    // Ends when all senders have gone, or at the deadline.
                    let _ = all_done.recv_timeout(tasks.time_left());
                    stop.store(true, Relaxed);
                });
            },
        )?;
    tasks.output()
}

fn perform(task: Task, stop: &AtomicBool, deadline: Instant) {
    match task.job().work {
        Work::Sleep | Work::Cpu | Work::Blocking => {
            task.in_pieces(|| stop.load(Relaxed));
        }
        // A queued one that is begun after the deadline is out of time at once.
        Work::Fetch => task.fetch_until(deadline),
        Work::Process => task.process_until(deadline),
    }
}
