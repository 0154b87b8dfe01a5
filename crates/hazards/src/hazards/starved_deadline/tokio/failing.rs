//! A deadline beside reads that are always ready, and have no budget.
//!
//! - A read that finds bytes returns at once. Where the peer is faster than `handle`, that
//!   is every read: one poll of `reading` lasts until the peer stops, and `timeout` polls
//!   its timer no more.
//! - The cure is tokio's budget: after 128 steps in a turn its sockets, channels and timers
//!   let a task wait (tokio 1.54, src/task/coop/mod.rs, Budget). `unconstrained` takes it
//!   off.
//! - What reads by other means has no budget either: `consume_budget().await` gives it one.

// The lesson: everything below can be taken home.
// It needs tokio (io-util, net, rt, time).

use std::{
    io::{self, Read, repeat},
    os::unix::net,
    thread,
    time::Duration,
};

use tokio::{
    io::AsyncReadExt, net::UnixStream, runtime::Builder, task::unconstrained,
    time::timeout,
};

/// Reads frames of 8 bytes from a peer that sends `frames` of them as fast as it can, and
/// calls `handle` for each; for at most `limit`. Returns how many were handled.
///
/// # Errors
/// There is no socket, or the system starts no more threads.
pub fn read_within(limit: Duration, frames: u64, handle: impl Fn()) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    thread::scope(|scope| {
        let (reader, mut writer) = net::UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        let mut sent = repeat(0).take(8 * frames);
        thread::Builder::new()
            .spawn_scoped(scope, move || io::copy(&mut sent, &mut writer))?;
        runtime.block_on(async {
            let mut reader = UnixStream::from_std(reader)?;
            let mut handled = 0;
            let reading = async {
                let mut frame = [0; 8];
                while reader.read_exact(&mut frame).await.is_ok() {
                    handle();
                    handled += 1;
                }
            };
            let _ = timeout(limit, unconstrained(reading)).await;
            Ok(handled)
        })
    })
}
