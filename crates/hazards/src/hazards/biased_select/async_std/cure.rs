//! A `race` that polls the stop first.

// The lesson: everything below can be taken home.
// It needs async-std (unstable).

use std::{pin::pin, time::Duration};

use async_std::{
    channel,
    prelude::*,
    task::{block_on, sleep},
};

/// Calls `handle` for each of `frames` frames, all of which are there already, and stops
/// after `limit`. Returns how many were handled.
pub fn handle_until(limit: Duration, frames: u64, handle: impl Fn()) -> u64 {
    block_on(async {
        let (sender, receiver) = channel::unbounded();
        for frame in 0..frames {
            sender.send(frame).await.expect("the receiver is there");
        }
        let mut stop = pin!(sleep(limit));
        let mut handled = 0;
        loop {
            let receiving = async { receiver.recv().await.is_ok() };
            let stopping = async {
                stop.as_mut().await;
                false
            };
            if !stopping.race(receiving).await {
                break handled;
            }
            handle();
            handled += 1;
        }
    })
}
