//! A deadline beside reads that are always ready.
//!
//! - A read that finds bytes returns at once, and its await does not yield. Where the
//!   peer is faster than `handle`, that is every read: one poll of `reading` lasts until
//!   the peer stops, and `or` polls its timer no more.
//! - The cure gives way every 64 frames, so that a poll ends.
//! - smol has no budget for a task, as tokio has.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{
    io::{self, Read, repeat},
    os::unix::net::UnixStream,
    thread,
    time::Duration,
};

use smol::{Async, Timer, block_on, future::or, io::AsyncReadExt};

/// Reads frames of 8 bytes from a peer that sends `frames` of them as fast as it can, and
/// calls `handle` for each; for at most `limit`. Returns how many were handled.
///
/// # Errors
/// There is no socket, or the system starts no more threads.
pub fn read_within(limit: Duration, frames: u64, handle: impl Fn()) -> io::Result<u64> {
    thread::scope(|scope| {
        let (reader, mut writer) = UnixStream::pair()?;
        let mut reader = Async::new(reader)?;
        let mut sent = repeat(0).take(8 * frames);
        thread::Builder::new()
            .spawn_scoped(scope, move || io::copy(&mut sent, &mut writer))?;
        let mut handled = 0;
        let reading = async {
            let mut frame = [0; 8];
            while reader.read_exact(&mut frame).await.is_ok() {
                handle();
                handled += 1;
            }
        };
        let deadline = async {
            Timer::after(limit).await;
        };
        block_on(or(reading, deadline));
        Ok(handled)
    })
}
