//! A leaked Sender of `smol::channel`.
//!
//! # What to notice
//! - Each worker drops its clone; the one that was cloned from lives until the function
//!   ends, which waits for the receiver, which waits for it.
//! - `close` ends the channel whoever still has a Sender; so does the drop of the last
//!   Receiver, for those who send.

use std::thread;

use anyhow::Result;
use smol::{
    Executor,
    channel::{self, SendError},
    future::block_on,
};

use crate::Job;

/// Keeps the Sender that the others were cloned from.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, messages) = (job.workers.get(), job.messages);
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let (sender, receiver) = channel::unbounded();
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let sender = sender.clone();
                executor.spawn(async move {
                    for message in 0..messages {
                        sender.send(message).await?;
                    }
                    Ok::<_, SendError<u64>>(())
                })
            })
            .collect();
        block_on(async {
            let mut received = 0;
            while receiver.recv().await.is_ok() {
                received += 1;
            }
            for task in tasks {
                task.await?;
            }
            drop(signal);
            Ok(received)
        })
    })
}

/// Drops it as soon as nobody clones it any more.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, messages) = (job.workers.get(), job.messages);
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let (sender, receiver) = channel::unbounded();
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let sender = sender.clone();
                executor.spawn(async move {
                    for message in 0..messages {
                        sender.send(message).await?;
                    }
                    Ok::<_, SendError<u64>>(())
                })
            })
            .collect();
        drop(sender);
        block_on(async {
            let mut received = 0;
            while receiver.recv().await.is_ok() {
                received += 1;
            }
            for task in tasks {
                task.await?;
            }
            drop(signal);
            Ok(received)
        })
    })
}
