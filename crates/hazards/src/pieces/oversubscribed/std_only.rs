//! A thread a task, or a thread a core with its share of the tasks.
//!
//! # What to notice
//! - Both meet at a barrier after each turn; what differs is how many have to be woken.
//! - The cure is to let a thread do several tasks' turns before it waits.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

use anyhow::Result;

use crate::{Job, work};

/// A thread a task.
pub fn failing(job: &Job) -> Result<u64> {
    let tasks = job.tasks;
    let threads = tasks;
    let barrier = Barrier::new(threads);
    let sum = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..threads {
            let (barrier, sum) = (&barrier, &sum);
            scope.spawn(move || {
                for nth in 0..job.turns {
                    for task in (thread..tasks).step_by(threads) {
                        sum.fetch_add(work::turn(task, nth), Relaxed);
                    }
                    barrier.wait();
                }
            });
        }
    });
    Ok(sum.into_inner())
}

/// A thread a worker.
pub fn cure(job: &Job) -> Result<u64> {
    let tasks = job.tasks;
    let threads = job.workers.get().min(tasks);
    let barrier = Barrier::new(threads);
    let sum = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..threads {
            let (barrier, sum) = (&barrier, &sum);
            scope.spawn(move || {
                for nth in 0..job.turns {
                    for task in (thread..tasks).step_by(threads) {
                        sum.fetch_add(work::turn(task, nth), Relaxed);
                    }
                    barrier.wait();
                }
            });
        }
    });
    Ok(sum.into_inner())
}
