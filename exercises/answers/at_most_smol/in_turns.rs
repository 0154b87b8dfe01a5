//! A turn of tasks is waited for in full before the next one begins.

use std::{panic::AssertUnwindSafe, thread};

use smol::{Executor, future::FutureExt};

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
    let mut items = items.into_iter().peekable();
    let one = |item| {
        let work = AssertUnwindSafe(work(item));
        executor.spawn(work.catch_unwind())
    };
    let mut ended = Vec::new();
    while items.peek().is_some() {
        for task in items.by_ref().take(limit).map(one).collect::<Vec<_>>() {
            ended.push(task.await);
        }
    }
    ended
}
