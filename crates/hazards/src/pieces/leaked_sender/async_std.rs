//! A leaked Sender of `async_std::channel`.
//!
//! # What to notice
//! - Each worker drops its clone; the one that was cloned from lives until the function
//!   ends, which waits for the receiver, which waits for it.
//! - It is smol's channel under another name, `close` included.

use anyhow::Result;
use async_std::{
    channel::{self, SendError},
    task,
};

use crate::Job;

/// Keeps the Sender that the others were cloned from.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, messages) = (job.workers.get(), job.messages);
    task::block_on(async {
        let (sender, receiver) = channel::unbounded();
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let sender = sender.clone();
                task::spawn(async move {
                    for message in 0..messages {
                        sender.send(message).await?;
                    }
                    Ok::<_, SendError<u64>>(())
                })
            })
            .collect();
        let mut received = 0;
        while receiver.recv().await.is_ok() {
            received += 1;
        }
        for task in tasks {
            task.await?;
        }
        Ok(received)
    })
}

/// Drops it as soon as nobody clones it any more.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, messages) = (job.workers.get(), job.messages);
    task::block_on(async {
        let (sender, receiver) = channel::unbounded();
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let sender = sender.clone();
                task::spawn(async move {
                    for message in 0..messages {
                        sender.send(message).await?;
                    }
                    Ok::<_, SendError<u64>>(())
                })
            })
            .collect();
        drop(sender);
        let mut received = 0;
        while receiver.recv().await.is_ok() {
            received += 1;
        }
        for task in tasks {
            task.await?;
        }
        Ok(received)
    })
}
