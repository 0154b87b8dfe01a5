//! A leaked Sender of `std::sync::mpsc`.
//!
//! # What to notice
//! - Each worker drops its clone; the one that was cloned from lives until the function
//!   ends, which waits for the receiver, which waits for it.
//! - Were the scope around the senders alone, the compiler would still say nothing.

use std::{sync::mpsc, thread};

use anyhow::Result;

use crate::Job;

/// Keeps the Sender that the others were cloned from.
pub fn failing(job: &Job) -> Result<u64> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            let sender = sender.clone();
            scope.spawn(move || {
                for message in 0..job.messages {
                    sender.send(message).expect("the receiver is in this scope");
                }
            });
        }
        Ok(receiver.iter().count() as u64)
    })
}

/// Drops it as soon as nobody clones it any more.
pub fn cure(job: &Job) -> Result<u64> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            let sender = sender.clone();
            scope.spawn(move || {
                for message in 0..job.messages {
                    sender.send(message).expect("the receiver is in this scope");
                }
            });
        }
        drop(sender);
        Ok(receiver.iter().count() as u64)
    })
}
