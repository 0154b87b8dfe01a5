//! One `send` a message, polled by reference.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{pin::pin, time::Duration};

use smol::{LocalExecutor, Timer, block_on, channel, future::or};

/// Sends `messages` messages through a channel that holds one, and does something else
/// whenever a message has waited for `tick`. The receiver takes `pause` for each. Returns
/// how many it has received.
pub fn send_all(messages: u64, tick: Duration, pause: Duration) -> u64 {
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let (sender, receiver) = channel::bounded(1);
        let receiving = executor.spawn(receive(receiver, pause));
        for number in 0..messages {
            let mut send = pin!(sender.send(number));
            let mut is_sent = false;
            while !is_sent {
                let sending = async {
                    send.as_mut().await.expect("a task receives");
                    true
                };
                let ticking = async {
                    Timer::after(tick).await;
                    false
                };
                is_sent = or(sending, ticking).await;
            }
        }
        drop(sender);
        receiving.await
    }))
}

async fn receive(receiver: channel::Receiver<u64>, pause: Duration) -> u64 {
    let mut received = 0;
    while receiver.recv().await.is_ok() {
        received += 1;
        Timer::after(pause).await;
    }
    received
}
