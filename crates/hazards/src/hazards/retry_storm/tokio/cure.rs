//! Clients that retry after a part of the pause that each draws.

// The lesson: everything below can be taken home.
// It needs fastrand, tokio (rt, time).

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
                    sleep(pause.mul_f64(fastrand::f64())).await;
                }
            });
        }
        while let Some(called) = calling.join_next().await {
            called?;
        }
        Ok(clients)
    })
}
