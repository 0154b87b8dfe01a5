//! All are polled in the caller's task, on one thread.

use std::{panic::AssertUnwindSafe, thread};

use futures_util::future::join_all;
use smol::{Executor, future::FutureExt};

/// Does `work` on every item, all at once, on the executor's threads. Returns what came of
/// each, in input order: a panic is an error.
pub async fn gather<'a, I, F>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    let works = items
        .into_iter()
        .map(|item| AssertUnwindSafe(work(item)).catch_unwind());
    join_all(works).await
}
