//! Clients that retry after the same pause.
//!
//! - What has refused all clients at once, refuses them at once again: they come back as
//!   they came, in step.
//! - A longer pause does not help, nor does one that doubles: all of them have the same.
//! - The cure is jitter: each client waits for a part of the pause that it draws.

// The lesson: everything below can be taken home.
// It needs smol.

use std::time::Duration;

use smol::{LocalExecutor, Timer, block_on};

/// So many clients make a call each, and wait for at most `pause` before they make it
/// again, until `call` returns true for their number. Returns how many clients there
/// were.
pub fn call_all(
    clients: u64,
    pause: Duration,
    call: impl Fn(u64) -> bool + Clone + 'static,
) -> u64 {
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let mut calling = Vec::new();
        for client in 0..clients {
            let call = call.clone();
            calling.push(executor.spawn(async move {
                while !call(client) {
                    Timer::after(pause).await;
                }
            }));
        }
        for called in calling {
            called.await;
        }
        clients
    }))
}
