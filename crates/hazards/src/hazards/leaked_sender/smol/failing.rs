//! A Sender of `smol::channel` that outlives the last send.
//!
//! - Each worker drops its clone; the one that was cloned from lives until the function
//!   ends, which waits for the receiver, which waits for it.
//! - `close` ends the channel although there are Senders; so does the drop of the last
//!   Receiver, for those who send.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{io, thread};

use smol::{Executor, block_on, channel};

/// `workers` tasks, on as many threads, send `messages` messages each. Returns how many
/// were received before the channel closed.
///
/// # Errors
/// The system starts no more threads.
pub fn receive(workers: usize, messages: u64) -> io::Result<u64> {
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            thread::Builder::new()
                .spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let received = block_on(async {
            let (sender, receiver) = channel::unbounded();
            let mut tasks = Vec::new();
            for _ in 0..workers {
                let sender = sender.clone();
                tasks.push(executor.spawn(async move {
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
        });
        drop(signal);
        Ok(received)
    })
}
