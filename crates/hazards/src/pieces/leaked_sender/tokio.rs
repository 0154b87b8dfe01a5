//! A leaked Sender of `tokio::sync::mpsc`.
//!
//! # What to notice
//! - Each worker drops its clone; the one that was cloned from lives until the function
//!   ends, which waits for the receiver, which waits for it.
//! - `WeakUnboundedSender` is for who must be able to send and must not keep the channel
//!   open.

use anyhow::Result;
use tokio::{
    runtime,
    sync::mpsc::{self, error::SendError},
};

use crate::Job;

/// Keeps the Sender that the others were cloned from.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, messages) = (job.workers.get(), job.messages);
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let sender = sender.clone();
                tokio::spawn(async move {
                    for message in 0..messages {
                        sender.send(message)?;
                    }
                    Ok::<_, SendError<u64>>(())
                })
            })
            .collect();
        let mut received = 0;
        while receiver.recv().await.is_some() {
            received += 1;
        }
        for task in tasks {
            task.await??;
        }
        Ok(received)
    })
}

/// Drops it as soon as nobody clones it any more.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, messages) = (job.workers.get(), job.messages);
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let tasks: Vec<_> = (0..workers)
            .map(|_| {
                let sender = sender.clone();
                tokio::spawn(async move {
                    for message in 0..messages {
                        sender.send(message)?;
                    }
                    Ok::<_, SendError<u64>>(())
                })
            })
            .collect();
        drop(sender);
        let mut received = 0;
        while receiver.recv().await.is_some() {
            received += 1;
        }
        for task in tasks {
            task.await??;
        }
        Ok(received)
    })
}
