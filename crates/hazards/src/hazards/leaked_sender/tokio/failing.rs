//! A Sender of `tokio::sync::mpsc` that outlives the last send.
//!
//! - Each worker drops its clone; the one that was cloned from lives until the function
//!   ends, which waits for the receiver, which waits for it.
//! - `WeakUnboundedSender` is for a task that must be able to send and must not keep the
//!   channel open.

// The lesson: everything below can be taken home.
// It needs tokio (rt-multi-thread, sync).

use std::io;

use tokio::{runtime::Builder, sync::mpsc, task::JoinSet};

/// `workers` tasks, on as many threads, send `messages` messages each. Returns how many
/// were received before the channel closed.
///
/// # Errors
/// The system starts no more threads.
pub fn receive(workers: usize, messages: u64) -> io::Result<u64> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let sender = sender.clone();
            tasks.spawn(async move {
                for message in 0..messages {
                    sender.send(message).expect("the caller receives");
                }
            });
        }
        let mut received = 0;
        while receiver.recv().await.is_some() {
            received += 1;
        }
        tasks.join_all().await;
        Ok(received)
    })
}
