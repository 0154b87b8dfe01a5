//! A `send` that a tick cancels.
//!
//! - `race` drops the `send` that didn't win, and the message with it.
//! - This channel has no `reserve`, as tokio's has, though people ask for it (async-channel's
//!   issue 87).
//! - The cure makes one `send` a message, outside the loop, and polls it by reference.

// The lesson: everything below can be taken home.
// It needs async-std (unstable).

use std::time::Duration;

use async_std::{
    channel,
    prelude::*,
    task::{block_on, sleep, spawn},
};

/// Sends `messages` messages through a channel that holds one, and does something else
/// whenever a message has waited for `tick`. The receiver takes `pause` for each. Returns
/// how many it has received.
pub fn send_all(messages: u64, tick: Duration, pause: Duration) -> u64 {
    block_on(async {
        let (sender, receiver) = channel::bounded(1);
        let receiving = spawn(receive(receiver, pause));
        for number in 0..messages {
            let sending = async {
                sender.send(number).await.expect("a task receives");
                true
            };
            let ticking = async {
                sleep(tick).await;
                false
            };
            let _is_sent = sending.race(ticking).await;
        }
        drop(sender);
        receiving.await
    })
}

async fn receive(receiver: channel::Receiver<u64>, pause: Duration) -> u64 {
    let mut received = 0;
    while receiver.recv().await.is_ok() {
        received += 1;
        sleep(pause).await;
    }
    received
}
