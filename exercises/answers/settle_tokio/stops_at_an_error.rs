//! It leaves at the first error, as try_join does.

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
        let is_wrong = !matches!(end, Ok(Ok(_)));
        ends.push(end);
        if is_wrong {
            break;
        }
    }
    ends
}
