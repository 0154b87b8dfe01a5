//! An `or` whose first future is always ready.
//!
//! - `or` polls the first future first, and takes it if it is ready: while there are frames,
//!   the stop is not polled (futures-lite 2.6, src/future.rs, or).
//! - The cure is `race`, which draws the one that it polls first. `or` with the stop first
//!   would do, too.
//! - Of `futures`, `select` and `select_biased!` are as `or`, and `select!` is as `race`.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{pin::pin, time::Duration};

use smol::{Timer, block_on, channel, future::or};

/// Calls `handle` for each of `frames` frames, all of which are there already, and stops
/// after `limit`. Returns how many were handled.
pub fn handle_until(limit: Duration, frames: u64, handle: impl Fn()) -> u64 {
    block_on(async {
        let (sender, receiver) = channel::unbounded();
        for frame in 0..frames {
            sender.send(frame).await.expect("the receiver is there");
        }
        let mut stop = pin!(Timer::after(limit));
        let mut handled = 0;
        loop {
            let receiving = async { receiver.recv().await.is_ok() };
            let stopping = async {
                stop.as_mut().await;
                false
            };
            if !or(receiving, stopping).await {
                break handled;
            }
            handle();
            handled += 1;
        }
    })
}
