//! A Sender of `async_std::channel` that outlives the last send.
//!
//! - Each worker drops its clone; the one that was cloned from lives until the function
//!   ends, which waits for the receiver, which waits for it.
//! - It is the channel of smol, one major version behind (async-channel 1.9; async-channel
//!   2.5), `close` included.

// The lesson: everything below can be taken home.
// It needs async-std.

use async_std::{
    channel,
    task::{block_on, spawn},
};

/// `workers` tasks send `messages` messages each. Returns how many were received before
/// the channel closed.
pub fn receive(workers: usize, messages: u64) -> u64 {
    block_on(async {
        let (sender, receiver) = channel::unbounded();
        let mut tasks = Vec::new();
        for _ in 0..workers {
            let sender = sender.clone();
            tasks.push(spawn(async move {
                for message in 0..messages {
                    sender.send(message).await.expect("the caller receives");
                }
            }));
        }
        let mut received = 0;
        while receiver.recv().await.is_ok() {
            received += 1;
        }
        for task in tasks {
            task.await;
        }
        received
    })
}
