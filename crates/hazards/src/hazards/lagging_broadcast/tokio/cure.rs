//! A receiver that goes on after a lag.

// The lesson: everything below can be taken home.
// It needs tokio (rt, sync).

use std::io;

use tokio::{
    runtime::Builder,
    sync::broadcast::{self, error::RecvError},
};

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
        loop {
            match receiver.recv().await {
                Ok(number) => last = number,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
        Ok(last)
    })
}
