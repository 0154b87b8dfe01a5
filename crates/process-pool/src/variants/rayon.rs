//! Threads of one process instead of worker processes: `rayon`'s `par_iter`.
//!
//! It is here to show what processes cost, and what they are for. No task is sent anywhere;
//! idle threads steal half of what another has left.
//!
//! # What to notice
//! - The whole pool is one line, and `collect` keeps the input's order.
//! - A panic can be caught, task by task. A task that is killed, aborts or never ends can't:
//!   it ends the program, or occupies a thread permanently. Worker processes are for that.
//! - A pool of its own obeys the job; the global one has one per core. `build_scoped`
//!   waits for its threads to end, which a pool that is dropped does not (rayon-core 1.13,
//!   src/thread_pool/mod.rs, terminate).
//!
//! # When not to use this
//! For code that may crash, leak, or have to be stopped at a deadline.

use test_fixtures::Outcome;

use crate::{Job, Output, Task};

/// Has the job's tasks done by threads.
pub fn run(job: &Job) -> anyhow::Result<Output> {
    let tasks = (0..job.ranges).into_par_iter().map(|index| job.task(index));
    let ends = map(job.workers.get(), tasks, Task::count_here)?.into_iter();
    let outcomes = ends.map(|end| end.map_or_else(Outcome::from, Outcome::Ok));
    Ok(Output {
        outcomes: outcomes.collect(),
    })
}

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder, prelude::*};

/// Does `work` on every task, on `workers` threads. Returns each outcome, in input order: a
/// panic is an error.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `workers` is 0, which rayon takes for one per core.
pub fn map<T: Send, R: Send>(
    workers: usize,
    tasks: impl IntoParallelIterator<Item = T, Iter: IndexedParallelIterator>,
    work: impl Fn(T) -> R + Sync,
) -> Result<Vec<thread::Result<R>>, ThreadPoolBuildError> {
    assert!(workers > 0, "workers must be at least 1");
    let ends = tasks
        .into_par_iter()
        .with_max_len(1)
        .map(|task| catch_unwind(AssertUnwindSafe(|| work(task))));
    ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|number| format!("worker-{number}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| ends.collect()),
        )
}
