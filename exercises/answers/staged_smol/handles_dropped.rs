//! The handles are dropped, and the tasks with them.

use std::{
    iter::repeat_n,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use smol::{
    Executor, Task,
    channel::{Receiver, bounded},
    future::FutureExt,
    unblock,
};

/// What came of an item so far: a value, or its step's error, or a panic.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// The same, with a stage for each step: workers of its own, and a queue before them that has
/// so much room. A full queue holds up the stage before it.
///
/// # Panics
/// `queue` or `workers` is 0.
pub async fn staged<'a, I, F, A, B, C, E, L>(
    executor: &Executor<'a>,
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send + 'a>,
    (fetch, process, save): (
        impl Fn(I) -> F + Clone + Send + 'a,
        impl Fn(A) -> Result<B, E> + Clone + Send + 'static,
        impl Fn(B) -> Result<C, E> + Clone + Send + 'static,
    ),
    each: impl FnMut(usize, End<C, E>) -> ControlFlow<L>,
) -> ControlFlow<L>
where
    I: Send + 'a,
    F: Future<Output = Result<A, E>> + Send + 'a,
    A: Send + 'static,
    B: Send + 'static,
    C: Send + 'static,
    E: Send + 'static,
{
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    let fetch = move |item| {
        let fetch = fetch.clone();
        async move { fetch(item).await }
    };
    let process = move |item| {
        let process = process.clone();
        unblock(move || process(item))
    };
    let save = move |item| {
        let save = save.clone();
        unblock(move || save(item))
    };
    let mut tasks = Vec::new();
    let queued = source(executor, &mut tasks, queue, items.into_iter());
    let fetched = stage(executor, &mut tasks, queue, workers, queued, fetch);
    let processed = stage(executor, &mut tasks, queue, workers, fetched, process);
    let saved = stage(executor, &mut tasks, queue, workers, processed, save);
    consume(tasks, saved, each).await
}

/// Draws the items as the queue has room for them.
fn source<'a, I: Send + 'a, E: Send + 'a>(
    executor: &Executor<'a>,
    tasks: &mut Vec<Task<()>>,
    queue: usize,
    items: impl Iterator<Item = I> + Send + 'a,
) -> Receiver<(usize, End<I, E>)> {
    let (give, queued) = bounded(queue);
    tasks.push(executor.spawn(async move {
        for (index, item) in items.enumerate() {
            if give.send((index, Ok(Ok(item)))).await.is_err() {
                break;
            }
        }
    }));
    queued
}

/// Workers that take from one queue and put into the next. An item that was lost in an
/// earlier step is passed on as it is.
fn stage<'a, T, F, U, E>(
    executor: &Executor<'a>,
    tasks: &mut Vec<Task<()>>,
    queue: usize,
    workers: usize,
    input: Receiver<(usize, End<T, E>)>,
    work: impl Fn(T) -> F + Clone + Send + 'a,
) -> Receiver<(usize, End<U, E>)>
where
    T: Send + 'a,
    F: Future<Output = Result<U, E>> + Send + 'a,
    U: Send + 'a,
    E: Send + 'a,
{
    let (give, output) = bounded(queue);
    for (input, give, work) in repeat_n((input, give, work), workers) {
        let _task = executor.spawn(async move {
            while let Ok((index, item)) = input.recv().await {
                let end = match item {
                    Ok(Ok(item)) => AssertUnwindSafe(work(item)).catch_unwind().await,
                    Ok(Err(error)) => Ok(Err(error)),
                    Err(panic) => Err(panic),
                };
                if give.send((index, end)).await.is_err() {
                    break;
                }
            }
        });
    }
    output
}

/// Hands what comes out to `each` until that breaks, and waits for the tasks.
async fn consume<T, L>(
    tasks: Vec<Task<()>>,
    output: Receiver<(usize, T)>,
    mut each: impl FnMut(usize, T) -> ControlFlow<L>,
) -> ControlFlow<L> {
    let mut left = Ok(ControlFlow::Continue(()));
    while let Ok(ControlFlow::Continue(())) = left
        && let Ok((index, end)) = output.recv().await
    {
        left = catch_unwind(AssertUnwindSafe(|| each(index, end)));
    }
    // Now `send` fails in the last stage, then in the one before it.
    drop(output);
    for task in tasks {
        left = AssertUnwindSafe(task).catch_unwind().await.and(left);
    }
    // A panic of the items' iterator or of `each` is the caller's, once all have ended.
    left.unwrap_or_else(|panic| resume_unwind(panic))
}
