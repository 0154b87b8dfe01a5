//! A turn of tasks is waited for in full before the next one begins.

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
    let mut items = items.into_iter().peekable();
    let mut ended = Vec::new();
    while items.peek().is_some() {
        let tasks = items.by_ref().take(limit).map(|item| spawn(work(item)));
        for task in tasks.collect::<Vec<_>>() {
            ended.push(task.await);
        }
    }
    ended
}
