//! As many blocking calls as the executor has threads, beside a heartbeat.
//!
//! # What to notice
//! - `block` has no await, so the thread that polls it is gone until it returns.
//! - By default the global executor has one thread: there a single call stops all tasks.
//! - The timer itself is not late, for async-io has a thread of its own; it is the task
//!   that finds no thread.

use std::thread;

use anyhow::Result;
use smol::{Executor, Timer, channel, future::block_on, unblock};

use crate::{Job, work};

/// Blocks the threads that tasks run on.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let heart = executor.spawn(heart());
        block_on(async {
            Timer::after(work::PERIOD * 2).await;
            let tasks: Vec<_> = (0..workers)
                .map(|_| executor.spawn(async move { work::block(time) }))
                .collect();
            let mut done = 0;
            for task in tasks {
                task.await;
                done += 1;
            }
            Timer::after(work::PERIOD * 2).await;
            heart.cancel().await;
            drop(signal);
            Ok(done)
        })
    })
}

/// Blocks threads that are there for it.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let heart = executor.spawn(heart());
        block_on(async {
            Timer::after(work::PERIOD * 2).await;
            let tasks: Vec<_> = (0..workers)
                .map(|_| unblock(move || work::block(time)))
                .collect();
            let mut done = 0;
            for task in tasks {
                task.await;
                done += 1;
            }
            Timer::after(work::PERIOD * 2).await;
            heart.cancel().await;
            drop(signal);
            Ok(done)
        })
    })
}

async fn heart() {
    loop {
        work::beat();
        Timer::after(work::PERIOD).await;
    }
}
