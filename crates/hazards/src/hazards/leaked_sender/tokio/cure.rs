//! A Sender of `tokio::sync::mpsc` that is dropped once the last clone is made.

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
        drop(sender);
        let mut received = 0;
        while receiver.recv().await.is_some() {
            received += 1;
        }
        tasks.join_all().await;
        Ok(received)
    })
}
