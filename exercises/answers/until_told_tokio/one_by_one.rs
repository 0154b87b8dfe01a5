//! Each call is made when the one before it has ended.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tokio::{
    task::{JoinError, spawn_blocking},
    time::{Instant, timeout_at},
};

/// Makes all `calls`, which block, on the runtime's threads for that. At `deadline` it sets
/// the flag that they look at, and waits until all that were begun have ended. Returns what
/// became of each, in input order: an error is a panic, or one that was never begun
/// (`is_cancelled`).
pub async fn until_told<C, T>(
    deadline: Instant,
    calls: impl IntoIterator<Item = C>,
) -> Vec<Result<T, JoinError>>
where
    C: FnOnce(&AtomicBool) -> T + Send + 'static,
    T: Send + 'static,
{
    let stop = Arc::new(AtomicBool::new(false));
    let mut ended = Vec::new();
    for call in calls {
        let told = Arc::clone(&stop);
        let mut running = spawn_blocking(move || call(&told));
        ended.push(match timeout_at(deadline, &mut running).await {
            Ok(end) => end,
            Err(_elapsed) => {
                stop.store(true, Relaxed);
                running.await
            }
        });
    }
    ended
}
