//! Clients that retry after a part of the pause that each draws.

// The lesson: everything below can be taken home.
// It needs fastrand.

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
                    thread::sleep(pause.mul_f64(fastrand::f64()));
                }
            })?;
        }
        Ok(clients)
    })
}
