//! It leaves at the first error, and drops the other tasks, which cancels them.

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
    let items = items.into_iter().map(|item| (work.clone(), item));
    // The executor is locked while `spawn_many` iterates: nothing of the caller's runs then.
    let items: Vec<_> = items.collect();
    let works = items.into_iter().map(|(work, item)| {
        let work = AssertUnwindSafe(async move { work(item).await });
        work.catch_unwind()
    });
    let mut tasks = Vec::with_capacity(works.len());
    executor.spawn_many(works, &mut tasks);
    let mut ends = Vec::with_capacity(tasks.len());
    for task in tasks {
        ends.push(task.await);
        if !matches!(ends.last(), Some(Ok(Ok(_)))) {
            break;
        }
    }
    ends
}
