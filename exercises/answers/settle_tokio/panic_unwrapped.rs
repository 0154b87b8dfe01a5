//! A panic is raised again where the task is joined.

use tokio::task::JoinError;
use tokio_util::task::JoinQueue;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = Result<Result<T, E>, JoinError>;

/// Does `work` on every item at once. Returns what came of each, in input order.
pub async fn settle<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<End<T, E>>
where
    I: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut tasks = JoinQueue::new();
    for item in items {
        let work = work.clone();
        tasks.spawn(async move { work(item).await });
    }
    let mut ends = Vec::with_capacity(tasks.len());
    while let Some(end) = tasks.join_next().await {
        ends.push(Ok(end.expect("the task is done")));
    }
    ends
}
