//! A `par_bridge` over a channel, in the pool that is to fill it.
//!
//! - `par_bridge` calls `next` on a thread of the pool, and a blocking `next` keeps it. Where
//!   that is the only thread, the sender in the pool's queue never starts.
//! - On a machine of many cores all is well. It hangs in a container of one core, or with
//!   `RAYON_NUM_THREADS=1`.
//! - The cure is a thread of its own for what the pool waits for.

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{io, sync::mpsc};

use rayon::{
    ThreadPoolBuilder,
    iter::{ParallelBridge, ParallelIterator},
};

/// Sends `messages` messages, and receives them in a pool of one thread. Returns how many
/// were received.
///
/// # Errors
/// The system starts no more threads.
pub fn receive(messages: u64) -> io::Result<u64> {
    let pool = ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(io::Error::other)?;
    let (sender, receiver) = mpsc::channel();
    let send = move || {
        for message in 0..messages {
            sender.send(message).expect("the pool receives");
        }
    };
    let received = pool.scope(|scope| {
        scope.spawn(move |_| send());
        receiver.into_iter().par_bridge().count()
    });
    Ok(received as u64)
}
