//! A Sender of `std::sync::mpsc` that is dropped once the last clone is made.

// The lesson: everything below can be taken home.

use std::{io, sync::mpsc, thread};

/// `workers` threads send `messages` messages each. Returns how many were received before
/// the channel closed.
///
/// # Errors
/// The system starts no more threads.
pub fn receive(workers: usize, messages: u64) -> io::Result<u64> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let sender = sender.clone();
            thread::Builder::new().spawn_scoped(scope, move || {
                for message in 0..messages {
                    sender.send(message).expect("the caller receives");
                }
            })?;
        }
        drop(sender);
        Ok(receiver.iter().count() as u64)
    })
}
