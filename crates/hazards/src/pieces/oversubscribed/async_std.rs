//! A thread a task through `spawn_blocking`, or tasks on as many threads as there are cores.
//!
//! # What to notice
//! - `spawn_blocking` starts a thread for whatever finds none free, up to 500: with one task
//!   more, the barrier would never open.
//! - async-std's Barrier is awaited: a task that waits for the others gives its thread to
//!   one of them. It is behind the feature `unstable`, and will stay there.

use std::sync::Arc;

use anyhow::Result;
use async_std::{sync::Barrier, task};

use crate::{Job, work};

/// A thread a task.
pub fn failing(job: &Job) -> Result<u64> {
    let (tasks, turns) = (job.tasks, job.turns);
    let barrier = Arc::new(std::sync::Barrier::new(tasks));
    task::block_on(async {
        let tasks: Vec<_> = (0..tasks)
            .map(|task| {
                let barrier = Arc::clone(&barrier);
                task::spawn_blocking(move || {
                    let mut sum = 0_u64;
                    for nth in 0..turns {
                        sum = sum.wrapping_add(work::turn(task, nth));
                        barrier.wait();
                    }
                    sum
                })
            })
            .collect();
        let mut sum = 0_u64;
        for task in tasks {
            sum = sum.wrapping_add(task.await);
        }
        Ok(sum)
    })
}

/// A thread a worker.
pub fn cure(job: &Job) -> Result<u64> {
    let (tasks, turns) = (job.tasks, job.turns);
    let barrier = Arc::new(Barrier::new(tasks));
    task::block_on(async {
        let tasks: Vec<_> = (0..tasks)
            .map(|task| {
                let barrier = Arc::clone(&barrier);
                task::spawn(async move {
                    let mut sum = 0_u64;
                    for nth in 0..turns {
                        sum = sum.wrapping_add(work::turn(task, nth));
                        barrier.wait().await;
                    }
                    sum
                })
            })
            .collect();
        let mut sum = 0_u64;
        for task in tasks {
            sum = sum.wrapping_add(task.await);
        }
        Ok(sum)
    })
}
