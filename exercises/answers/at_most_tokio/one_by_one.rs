//! Each task is awaited before the next is spawned.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::JoinError};
use tokio_util::task::JoinQueue;

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<I, F>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    assert!(limit > 0, "limit must be at least 1");
    let semaphore = Arc::new(Semaphore::new(limit));
    let (mut tasks, mut ended) = (JoinQueue::new(), Vec::new());
    for item in items {
        let permit = Arc::clone(&semaphore).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let work = work.clone();
        tasks.spawn(async move {
            let _permit = permit;
            work(item).await
        });
        ended.extend(tasks.join_next().await);
    }
    while let Some(end) = tasks.join_next().await {
        ended.push(end);
    }
    ended
}
