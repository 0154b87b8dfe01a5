//! `buffered` keeps what has ended behind a slow one, and begins no other in its place.

use futures_util::{StreamExt, stream};
use tokio::{spawn, task::JoinError};

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
    let tasks = stream::iter(items).map(|item| spawn(work(item)));
    tasks.buffered(limit).collect().await
}
