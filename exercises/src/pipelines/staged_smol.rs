//! A stage of a pipeline, with a bounded queue behind it, on smol.
//!
//! `staged` is done: it puts three stages one behind the other. **The hole is `stage` alone**,
//! one of the three: `workers` workers take items from the queue `input`, do `work` on each, and
//! put what came of it into a new queue with room for `queue` of them. That queue's receiver is
//! what `stage` returns, for the stage behind it. A full queue holds up the workers, and so the
//! stage before them. An item that was lost in an earlier step is passed on as it is; a panic of
//! the work is its item's end. The workers end when `input` does, or when the consumer has left:
//! then `send` fails.
//!
//! In Python, without the ends:
//! ```python
//! async def stage(queue, workers, incoming, work):
//!     outgoing = asyncio.Queue(queue)
//!
//!     async def worker():
//!         while (item := await incoming.get()) is not None:
//!             await outgoing.put(await work(item))
//!
//!     asyncio.gather(*(worker() for _ in range(workers)))
//!     return outgoing
//! ```
//!
//! `smol::channel` has receivers that can be cloned. The tasks go into `tasks`: dropped, they
//! would be cancelled. A panic comes out of the `await`.

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
    todo!()
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
