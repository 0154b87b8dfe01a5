//! The wait for each task is given the whole time again.

use tokio::{
    task::JoinError,
    time::{Instant, timeout},
};
use tokio_util::task::JoinQueue;

/// Does all `tasks` at once until `deadline`, and stops those that are not done. Returns
/// what became of each, in input order, once all have ended: an error is a panic, or one
/// that was stopped (`is_cancelled`).
pub async fn until<F>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Result<F::Output, JoinError>>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut running: JoinQueue<_> = tasks.into_iter().collect();
    let mut ended = Vec::with_capacity(running.len());
    let time = deadline - Instant::now();
    while let Ok(Some(end)) = timeout(time, running.join_next()).await {
        ended.push(end);
    }
    running.abort_all();
    join(&mut running, &mut ended).await;
    ended
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T>(running: &mut JoinQueue<T>, ended: &mut Vec<Result<T, JoinError>>) {
    while let Some(end) = running.join_next().await {
        ended.push(end);
    }
}
