//! A turn of calls has to end in full before the next one begins.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

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
    let mut items = items.into_iter().enumerate().peekable();
    while items.peek().is_some() {
        let mut tasks = JoinMap::new();
        for (index, item) in items.by_ref().take(threads) {
            let work = Arc::clone(&work);
            tasks.spawn_blocking(index, move || work(item));
        }
        while let Some((index, end)) = tasks.join_next().await {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| each(index, end))) {
                tasks.shutdown().await;
                resume_unwind(panic);
            }
        }
    }
}
