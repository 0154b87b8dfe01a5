//! All are polled in the caller's task, on one thread.

use std::{panic::AssertUnwindSafe, thread};

use futures_util::future::join_all;
use smol::{Executor, future::FutureExt, lock::Semaphore};

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<'a, I, F>(
    executor: &Executor<'a>,
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    assert!(limit > 0, "limit must be at least 1");
    let semaphore = Semaphore::new(limit);
    let works = items.into_iter().map(|item| {
        let (semaphore, work) = (&semaphore, work.clone());
        let one = async move {
            let _permit = semaphore.acquire().await;
            work(item).await
        };
        AssertUnwindSafe(one).catch_unwind()
    });
    join_all(works).await
}
