//! What comes after the first error is thrown away.

use tokio::task::JoinError;
use tokio_util::task::JoinMap;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = Result<Result<T, E>, JoinError>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was stopped.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item at once, until it fails or panics on one. The others are
/// dropped where they wait, and waited for.
pub async fn first_error<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> First<T, E>
where
    I: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut tasks = JoinMap::new();
    for (index, item) in items.into_iter().enumerate() {
        let work = work.clone();
        tasks.spawn(index, async move { work(item).await });
    }
    let mut first = None;
    let mut ends: Vec<_> = (0..tasks.len()).map(|_| None).collect();
    while let Some((index, end)) = tasks.join_next().await {
        if matches!(&end, Err(error) if error.is_cancelled()) {
            continue;
        }
        if first.is_some() {
            continue;
        }
        if !matches!(end, Ok(Ok(_))) {
            first = Some(index);
            tasks.abort_all();
        }
        ends[index] = Some(end);
    }
    (first, ends)
}
