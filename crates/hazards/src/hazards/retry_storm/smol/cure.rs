//! Clients that retry after a part of the pause that each draws.

// The lesson: everything below can be taken home.
// It needs fastrand, smol.

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
                    Timer::after(pause.mul_f64(fastrand::f64())).await;
                }
            }));
        }
        for called in calling {
            called.await;
        }
        clients
    }))
}
