//! Each task is awaited before the next is spawned.

use std::{panic::AssertUnwindSafe, thread};

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
    let mut ends = Vec::new();
    for item in items {
        let work = work.clone();
        let work = AssertUnwindSafe(async move { work(item).await });
        ends.push(executor.spawn(work.catch_unwind()).await);
    }
    ends
}
