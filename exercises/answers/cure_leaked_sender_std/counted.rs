//! It receives as many as are due, and the channel has no end still.

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
        Ok(receiver.iter().take(workers * messages as usize).count() as u64)
    })
}
