//! Threads of one process instead of worker processes: `rayon`'s `par_iter`.
//!
//! It is here to show what processes cost, and what they are for. No task is sent anywhere;
//! idle threads steal half of what another has left.
//!
//! # What to notice
//! - The whole pool is one line, and `collect` keeps the input's order.
//! - A panic can be caught, task by task. A task that is killed, aborts or never ends can't:
//!   it takes the program along, or a thread for good. That is what worker processes are for.
//! - A pool of its own obeys the job; the global one has a thread a core. `build_scoped`
//!   waits for its threads to end, which a pool that is dropped does not.
//!
//! # When not to use this
//! For code that may crash, leak, or have to be stopped at a deadline.

use std::panic::catch_unwind;

use anyhow::Result;
use rayon::{
    ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator},
};
use test_fixtures::Outcome;

use crate::{Job, Output, work::count_here};

/// Has the job's tasks done by threads.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = (0..job.ranges)
        .into_par_iter()
        .with_max_len(1)
        .map(|index| {
            let task = job.task(index);
            catch_unwind(|| count_here(&task)).map_or_else(Outcome::from, Outcome::Ok)
        });
    let outcomes = ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .thread_name(|number| format!("worker-{number}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| tasks.collect()),
        )?;
    Ok(Output { outcomes })
}
