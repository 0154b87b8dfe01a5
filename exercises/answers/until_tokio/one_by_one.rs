//! Each task is begun when the one before it has ended.

use tokio::{
    spawn,
    task::JoinError,
    time::{Instant, timeout_at},
};

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
    let mut ended = Vec::new();
    for task in tasks {
        let mut task = spawn(task);
        ended.push(match timeout_at(deadline, &mut task).await {
            Ok(end) => end,
            Err(_elapsed) => {
                task.abort();
                task.await
            }
        });
    }
    ended
}
