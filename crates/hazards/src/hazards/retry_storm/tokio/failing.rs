//! Clients that retry after the same pause.
//!
//! - What has refused all clients at once, refuses them at once again: they come back as
//!   they came, in step.
//! - A longer pause does not help, nor does one that doubles: all of them have the same.
//! - The cure is jitter: each client waits for a part of the pause that it draws.

// The lesson: everything below can be taken home.
// It needs tokio (rt, time).

use std::{io, time::Duration};

use tokio::{runtime::Builder, task::JoinSet, time::sleep};

/// So many clients make a call each, and wait for at most `pause` before they make it
/// again, until `call` returns true for their number. Returns how many clients there
/// were.
///
/// # Errors
/// The runtime can't be built, or a task has panicked.
pub fn call_all(
    clients: u64,
    pause: Duration,
    call: impl Fn(u64) -> bool + Clone + Send + 'static,
) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let mut calling = JoinSet::new();
        for client in 0..clients {
            let call = call.clone();
            calling.spawn(async move {
                while !call(client) {
                    sleep(pause).await;
                }
            });
        }
        while let Some(called) = calling.join_next().await {
            called?;
        }
        Ok(clients)
    })
}
