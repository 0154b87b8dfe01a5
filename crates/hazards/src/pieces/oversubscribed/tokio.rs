//! tokio's threads and rayon's, one pool too many for the cores.
//!
//! # What to notice
//! - `install` blocks tokio's thread until one of rayon's has done the turn: each turn goes
//!   from one pool to the other and back, and tokio's other tasks wait, too.
//! - The cure hands rayon all the turns at once, and a oneshot's `await` waits without a
//!   thread.

use std::sync::Arc;

use anyhow::Result;
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use tokio::{runtime, sync::oneshot};

use crate::{Job, work};

/// Each task's turn is a visit to the other pool.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, tasks, turns) = (job.workers.get(), job.tasks, job.turns);
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    let pool = Arc::new(pool(workers)?);
    let sum = runtime.block_on(async {
        let mut sum = 0_u64;
        for nth in 0..turns {
            let turns: Vec<_> = (0..tasks)
                .map(|task| {
                    let pool = Arc::clone(&pool);
                    tokio::spawn(async move { pool.install(|| work::turn(task, nth)) })
                })
                .collect();
            for turn in turns {
                sum = sum.wrapping_add(turn.await?);
            }
        }
        anyhow::Ok(sum)
    })?;
    Ok(sum)
}

/// All tasks' turns are one visit.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, tasks, turns) = (job.workers.get(), job.tasks, job.turns);
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    let pool = Arc::new(pool(workers)?);
    let sum = runtime.block_on(async {
        let mut sum = 0_u64;
        for nth in 0..turns {
            let (reply, result) = oneshot::channel();
            pool.spawn(move || {
                let turns = (0..tasks).into_par_iter();
                let turns = turns.map(|task| work::turn(task, nth));
                // Nobody awaits the reply any more if the runtime has ended.
                let _ = reply.send(turns.reduce(|| 0, u64::wrapping_add));
            });
            sum = sum.wrapping_add(result.await?);
        }
        anyhow::Ok(sum)
    })?;
    Ok(sum)
}

fn pool(threads: usize) -> Result<ThreadPool> {
    Ok(ThreadPoolBuilder::new().num_threads(threads).build()?)
}
