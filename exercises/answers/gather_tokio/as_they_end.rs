//! A set hands tasks back as they end.

use tokio::task::{JoinError, JoinSet};

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
    let mut tasks = JoinSet::new();
    for item in items {
        let work = work.clone();
        tasks.spawn(async move { work(item).await });
    }
    let mut ended = Vec::with_capacity(tasks.len());
    while let Some(end) = tasks.join_next().await {
        ended.push(end);
    }
    ended
}
