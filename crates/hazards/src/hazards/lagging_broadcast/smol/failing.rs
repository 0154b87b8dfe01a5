//! A receiver for which a lag is the end.
//!
//! - smol has no such channel; `async-broadcast` is of the same maintainers. By itself it
//!   lets the sender wait. With `set_overflow` it overwrites, and a receiver that was too
//!   slow gets an error once, with how many messages it has missed.
//! - `while let Ok(…)` takes that error for the end, so that one slow moment ends the loop
//!   while the channel goes on. As a `Stream` it goes on by itself, and reports no lag.
//! - The cure tells `Overflowed` from `Closed`, and goes on. What was overwritten is lost all
//!   the same: where each message counts, let the sender wait.

// The lesson: everything below can be taken home.
// It needs async-broadcast, smol.

use async_broadcast::broadcast;
use smol::block_on;

/// Sends the numbers from 1 to `messages` through a channel that keeps the last `capacity`
/// of them, before the first is received. Returns the last number that was received.
pub fn follow(capacity: usize, messages: u64) -> u64 {
    block_on(async {
        let (mut sender, mut receiver) = broadcast(capacity);
        sender.set_overflow(true);
        for number in 1..=messages {
            let sent = sender.broadcast(number).await;
            sent.expect("the receiver is there");
        }
        drop(sender);
        let mut last = 0;
        while let Ok(number) = receiver.recv().await {
            last = number;
        }
        last
    })
}
