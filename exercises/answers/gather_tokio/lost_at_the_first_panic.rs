//! It ends at the first task that panicked.

use tokio::task::JoinError;
use tokio_util::task::JoinQueue;

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
pub async fn gather<I, F>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut tasks = JoinQueue::new();
    for item in items {
        let work = work.clone();
        tasks.spawn(async move { work(item).await });
    }
    let mut ended = Vec::with_capacity(tasks.len());
    while let Some(end) = tasks.join_next().await {
        let is_lost = end.is_err();
        ended.push(end);
        if is_lost {
            break;
        }
    }
    ended
}
