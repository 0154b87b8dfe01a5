//! What comes after the first error is thrown away.

use std::{panic::AssertUnwindSafe, thread};

use futures_util::future::join_all;
use smol::{Executor, Task, channel, future::FutureExt};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was stopped.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item at once, until it fails or panics on one. The others are
/// dropped where they wait, and waited for.
pub async fn first_error<'a, I, F, T, E>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> First<T, E>
where
    I: Send + 'a,
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    let (give, ended) = channel::unbounded();
    let items = items.into_iter().map(|item| (work.clone(), item));
    let items: Vec<_> = items.collect();
    let works = items.into_iter().enumerate().map(|(index, (work, item))| {
        let work = AssertUnwindSafe(async move { work(item).await });
        let give = give.clone();
        async move {
            let end = work.catch_unwind().await;
            // Not returned: `cancel` drops what a task returns meanwhile.
            let _ = give.try_send((index, end));
        }
    });
    let mut tasks = Vec::with_capacity(works.len());
    executor.spawn_many(works, &mut tasks);
    drop(give);
    let mut first = None;
    let mut ends: Vec<_> = (0..tasks.len()).map(|_| None).collect();
    while let Ok((index, end)) = ended.recv().await {
        if first.is_some() {
            continue;
        }
        if !matches!(end, Ok(Ok(_))) {
            first = Some(index);
            join_all(tasks.drain(..).map(Task::cancel)).await;
        }
        ends[index] = Some(end);
    }
    for task in tasks {
        task.await;
    }
    (first, ends)
}
