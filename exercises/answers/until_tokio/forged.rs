//! An error of a task that never was stands for an end that nobody waited for.

use std::future::pending;

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
    let mut running: Vec<_> = tasks.into_iter().map(spawn).collect();
    let all = async {
        for task in &mut running {
            while !task.is_finished() {
                tokio::task::yield_now().await;
            }
        }
    };
    let is_late = timeout_at(deadline, all).await.is_err();
    let mut ended = Vec::new();
    for task in running {
        if is_late && !task.is_finished() {
            task.abort();
            let forged = spawn(pending());
            forged.abort();
            ended.push(forged.await);
        } else {
            ended.push(task.await);
        }
    }
    ended
}
