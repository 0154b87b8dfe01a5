//! Each task is awaited before the next is spawned.

use tokio::task::JoinError;

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
    let mut ended = Vec::new();
    for item in items {
        let work = work.clone();
        ended.push(tokio::spawn(async move { work(item).await }).await);
    }
    ended
}
