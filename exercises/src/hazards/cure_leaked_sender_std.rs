//! Cure it: a receiver that waits for a sender which nobody uses.
//!
//! This function never returns. Find out why, and change as little as possible. The receiver
//! is to end because the channel does, and not because it was told how many there are.
//!
//! In Python, where a queue has no end unless somebody sends one:
//! ```python
//! def receive(workers, messages):
//!     queue = Queue()
//!     threads = [Thread(target=send, args=(queue, messages)) for _ in range(workers)]
//!     for thread in threads:
//!         thread.start()
//!     for thread in threads:
//!         thread.join()
//!     queue.put(None)
//!     return sum(1 for _ in iter(queue.get, None))
//! ```
//!
//! `receiver.iter()` ends when the last sender is dropped. How many are there?

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
        Ok(receiver.iter().count() as u64)
    })
}
