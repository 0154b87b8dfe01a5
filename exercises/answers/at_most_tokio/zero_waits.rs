//! A limit of zero is a semaphore that nobody ever gets through.

use std::sync::Arc;

use tokio::{spawn, sync::Semaphore, task::JoinError};

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
    let semaphore = Arc::new(Semaphore::new(limit));
    let one = |item| {
        let (semaphore, work) = (Arc::clone(&semaphore), work.clone());
        spawn(async move {
            let _permit = semaphore.acquire_owned().await;
            work(item).await
        })
    };
    let mut ended = Vec::new();
    for task in items.into_iter().map(one).collect::<Vec<_>>() {
        ended.push(task.await);
    }
    ended
}
