//! All are polled in the caller's task, on one thread.

use std::{panic::AssertUnwindSafe, thread};

use futures_util::future::join_all;
use smol::{Executor, future::FutureExt};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// Does `work` on every item at once, on the executor's threads. Returns what came of each,
/// in input order.
pub async fn settle<'a, I, F, T, E>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<End<T, E>>
where
    I: Send + 'a,
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    let works = items
        .into_iter()
        .map(|item| AssertUnwindSafe(work(item)).catch_unwind());
    join_all(works).await
}
