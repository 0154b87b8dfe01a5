//! A thread a task through `unblock`, or tasks on as many threads as there are cores.
//!
//! # What to notice
//! - `unblock` starts a thread for whatever finds none free, up to 500: with one task more,
//!   the barrier would never open.
//! - `smol::lock::Barrier` is awaited: a task that waits for the others gives its thread to
//!   one of them.

use std::{sync::Arc, thread};

use anyhow::Result;
use smol::{Executor, channel, future::block_on, lock::Barrier, unblock};

use crate::{Job, work};

/// A thread a task.
pub fn failing(job: &Job) -> Result<u64> {
    let (tasks, turns) = (job.tasks, job.turns);
    let barrier = Arc::new(std::sync::Barrier::new(tasks));
    block_on(async {
        let tasks: Vec<_> = (0..tasks)
            .map(|task| {
                let barrier = Arc::clone(&barrier);
                unblock(move || {
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
    let barrier = Barrier::new(tasks);
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let tasks: Vec<_> = (0..tasks)
            .map(|task| {
                let barrier = &barrier;
                executor.spawn(async move {
                    let mut sum = 0_u64;
                    for nth in 0..turns {
                        sum = sum.wrapping_add(work::turn(task, nth));
                        barrier.wait().await;
                    }
                    sum
                })
            })
            .collect();
        let sums = tasks.into_iter().map(block_on);
        let sum = sums.fold(0, u64::wrapping_add);
        drop(signal);
        Ok(sum)
    })
}
