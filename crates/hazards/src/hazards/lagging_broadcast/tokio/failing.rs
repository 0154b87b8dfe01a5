//! A receiver for which a lag is the end.
//!
//! - A `broadcast` lets no sender wait: it overwrites, and a receiver that was too slow gets
//!   an error once, with how many messages it has missed.
//! - `while let Ok(…)` takes that error for the end, so that one slow moment ends the loop
//!   while the channel goes on.
//! - The cure tells `Lagged` from `Closed`, and goes on. What was overwritten is lost all the
//!   same: where each message counts, take a larger capacity, or an mpsc for each receiver.

// The lesson: everything below can be taken home.
// It needs tokio (rt, sync).

use std::io;

use tokio::{runtime::Builder, sync::broadcast};

/// Sends the numbers from 1 to `messages` through a channel that keeps the last `capacity`
/// of them, before the first is received. Returns the last number that was received.
///
/// # Errors
/// The runtime can't be built.
pub fn follow(capacity: usize, messages: u64) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = broadcast::channel(capacity);
        for number in 1..=messages {
            sender.send(number).map_err(io::Error::other)?;
        }
        drop(sender);
        let mut last = 0;
        while let Ok(number) = receiver.recv().await {
            last = number;
        }
        Ok(last)
    })
}
