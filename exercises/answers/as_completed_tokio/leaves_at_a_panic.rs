//! A panic of `each` comes out while others are still at work.

use std::sync::Arc;

use tokio::task::JoinError;
use tokio_util::task::JoinMap;

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub async fn as_completed<I, T>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Send + Sync + 'static,
    mut each: impl FnMut(usize, Result<T, JoinError>),
) where
    I: Send + 'static,
    T: Send + 'static,
{
    assert!(threads > 0, "threads must be at least 1");
    let work = Arc::new(work);
    let mut items = items.into_iter().enumerate();
    let mut tasks = JoinMap::new();
    loop {
        for (index, item) in items.by_ref().take(threads - tasks.len()) {
            let work = Arc::clone(&work);
            tasks.spawn_blocking(index, move || work(item));
        }
        let Some((index, end)) = tasks.join_next().await else {
            return;
        };
        each(index, end);
    }
}
