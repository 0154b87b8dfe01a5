//! What is still under way after the loop is dropped, which cancels it.

use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc, thread};

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
    let semaphore = Arc::new(Semaphore::new(limit));
    let (mut tasks, mut ended) = (VecDeque::new(), Vec::new());
    for item in items {
        let permit = semaphore.acquire_arc().await;
        let work = work.clone();
        tasks.push_back(executor.spawn(async move {
            let _permit = permit;
            let work = AssertUnwindSafe(async move { work(item).await });
            work.catch_unwind().await
        }));
        while let Some(task) = tasks.pop_front_if(|task| task.is_finished()) {
            ended.push(task.await);
        }
    }
    ended
}
