//! Clients that retry after the same pause.
//!
//! - What has refused all clients at once, refuses them at once again: they come back as
//!   they came, in step.
//! - A longer pause does not help, nor does one that doubles: all of them have the same.
//! - The cure is jitter: each client waits for a part of the pause that it draws.

// The lesson: everything below can be taken home.

use std::{io, thread, time::Duration};

/// So many clients make a call each, and wait for at most `pause` before they make it
/// again, until `call` returns true for their number. Returns how many clients there
/// were.
///
/// # Errors
/// The system starts no more threads.
pub fn call_all(
    clients: u64,
    pause: Duration,
    call: impl Fn(u64) -> bool + Sync,
) -> io::Result<u64> {
    thread::scope(|scope| {
        for client in 0..clients {
            let call = &call;
            thread::Builder::new().spawn_scoped(scope, move || {
                while !call(client) {
                    thread::sleep(pause);
                }
            })?;
        }
        Ok(clients)
    })
}
