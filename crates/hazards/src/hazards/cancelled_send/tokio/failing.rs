//! A `send` that a tick cancels.
//!
//! - `select!` drops the `send` that didn't win, and the message with it: its page says that
//!   the message is lost then (tokio 1.54, src/sync/mpsc/bounded.rs, send).
//! - The cure waits for a place without a message: what a cancelled `reserve` loses is the
//!   place in the queue.

// The lesson: everything below can be taken home.
// It needs tokio (macros, rt, sync, time).

use std::{io, time::Duration};

use tokio::{runtime::Builder, select, sync::mpsc, time::sleep};

/// Sends `messages` messages through a channel that holds one, and does something else
/// whenever a message has waited for `tick`. The receiver takes `pause` for each. Returns
/// how many it has received.
///
/// # Errors
/// The runtime can't be built, or a task has panicked.
pub fn send_all(messages: u64, tick: Duration, pause: Duration) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let (sender, receiver) = mpsc::channel(1);
        let receiving = tokio::spawn(receive(receiver, pause));
        for number in 0..messages {
            select! {
                sent = sender.send(number) => sent.map_err(io::Error::other)?,
                () = sleep(tick) => {}
            }
        }
        drop(sender);
        Ok(receiving.await?)
    })
}

async fn receive(mut receiver: mpsc::Receiver<u64>, pause: Duration) -> u64 {
    let mut received = 0;
    while receiver.recv().await.is_some() {
        received += 1;
        sleep(pause).await;
    }
    received
}
