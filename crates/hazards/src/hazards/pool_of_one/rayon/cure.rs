//! A `par_bridge` over a channel that a thread of its own fills.

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{io, sync::mpsc, thread};

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
    let received = thread::scope(|scope| {
        thread::Builder::new().spawn_scoped(scope, send)?;
        io::Result::Ok(pool.install(|| receiver.into_iter().par_bridge().count()))
    })?;
    Ok(received as u64)
}
