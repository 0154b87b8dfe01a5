//! A pool as wide as there are tasks, or as wide as there are cores.
//!
//! # What to notice
//! - `broadcast` has every thread of the pool do its turn, so all of them are woken.
//! - Items are not threads: a parallel iterator splits any number of them among what
//!   threads there are. More threads than cores are only more thieves.
//! - A pool of its own for each library or request comes to the same.

use anyhow::Result;
use rayon::{ThreadPoolBuilder, prelude::*};

use crate::{Job, work};

/// A thread a task.
pub fn failing(job: &Job) -> Result<u64> {
    let tasks = job.tasks;
    let sum = ThreadPoolBuilder::new().num_threads(tasks).build_scoped(
        |thread| thread.run(),
        |pool| {
            let turns = |nth| pool.broadcast(|task| work::turn(task.index(), nth));
            (0..job.turns).flat_map(turns).fold(0, u64::wrapping_add)
        },
    )?;
    Ok(sum)
}

/// A thread a worker.
pub fn cure(job: &Job) -> Result<u64> {
    let tasks = job.tasks;
    let sum = ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .build_scoped(
            |thread| thread.run(),
            |pool| {
                let turns = |nth| {
                    let tasks = (0..tasks).into_par_iter();
                    let turns = tasks.map(|task| work::turn(task, nth));
                    pool.install(|| turns.reduce(|| 0, u64::wrapping_add))
                };
                (0..job.turns).map(turns).fold(0, u64::wrapping_add)
            },
        )?;
    Ok(sum)
}
