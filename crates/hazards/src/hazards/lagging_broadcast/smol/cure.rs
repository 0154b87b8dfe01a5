//! A receiver that goes on after a lag.

// The lesson: everything below can be taken home.
// It needs async-broadcast, smol.

use async_broadcast::{RecvError, broadcast};
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
        loop {
            match receiver.recv().await {
                Ok(number) => last = number,
                Err(RecvError::Overflowed(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
        last
    })
}
