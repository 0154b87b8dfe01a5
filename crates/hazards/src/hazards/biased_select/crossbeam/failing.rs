//! A `select_biased!` whose first operation is always ready.
//!
//! - `select_biased!` takes the first operation that is ready, in the order of the lines:
//!   while there are frames, the stop is not received.
//! - The cure is `select!`, which draws one of those that are ready. To name the stop first
//!   would do, too.

// The lesson: everything below can be taken home.
// It needs crossbeam-channel.

use std::time::Duration;

use crossbeam_channel::{after, select_biased, unbounded};

/// Calls `handle` for each of `frames` frames, all of which are there already, and stops
/// after `limit`. Returns how many were handled.
pub fn handle_until(limit: Duration, frames: u64, handle: impl Fn()) -> u64 {
    let (sender, receiver) = unbounded();
    for frame in 0..frames {
        sender.send(frame).expect("the receiver is there");
    }
    let stop = after(limit);
    let mut handled = 0;
    loop {
        select_biased! {
            recv(receiver) -> _ => {
                handle();
                handled += 1;
            }
            recv(stop) -> _ => break handled,
        }
    }
}
