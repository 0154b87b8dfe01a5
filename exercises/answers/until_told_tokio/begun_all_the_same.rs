//! A call that has no thread by the deadline is begun after it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tokio::{
    task::JoinError,
    time::{Instant, timeout_at},
};
use tokio_util::task::JoinQueue;

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
    let stop = StopOnDrop::default();
    let mut running = JoinQueue::new();
    for call in calls {
        let stop = Arc::clone(&stop.0);
        running.spawn_blocking(move || call(&stop));
    }
    let mut ended = Vec::with_capacity(running.len());
    // The next lines find out whether all were done in time.
    let _ = timeout_at(deadline, join(&mut running, &mut ended)).await;
    drop(stop);
    join(&mut running, &mut ended).await;
    ended
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T>(running: &mut JoinQueue<T>, ended: &mut Vec<Result<T, JoinError>>) {
    while let Some(end) = running.join_next().await {
        ended.push(end);
    }
}

/// Sets the flag when it is dropped: also with the future that waits for the calls.
#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}
