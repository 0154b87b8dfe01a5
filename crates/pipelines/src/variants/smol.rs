//! Tasks, and an async-channel between two stages.
//!
//! A stage is as many tasks as workers, which take from one queue and put into the next.
//! One with an item for a full queue waits in `send`: that is the back-pressure.
//!
//! # What to notice
//! - A receiver is cloned as a sender is: each task of a stage has its own, and every item
//!   reaches one of them.
//! - Hashing and writing would hold up the executor; `unblock` has other threads.
//! - A worker that panics is a clean end to the next stage, so the panic is caught, and
//!   passed on as the item's outcome; that of `unblock` comes out where it is awaited.
//!
//! # When not to use this
//! When there is nothing to wait for: stages that only compute need threads.

use std::sync::Arc;

use anyhow::Result;
use page_client::smol::Client;
use smol::block_on;

use crate::{
    Job, Output, Shape,
    work::{Collector, Item, process, save},
};

/// Passes every item through the steps.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Arc::new(Executor::new());
    let (signal, shutdown) = bounded::<()>(1);
    let client = Client::new(&executor, &job.client());
    let fetch = move |item: Item| {
        let client = client.clone();
        async move {
            let (url, mut download) = item.download();
            let read = client.read(&url, &mut download).await;
            download.end(read)
        }
    };
    let (mut collector, items) = Collector::new(job);
    let (shape, queue, workers) = (job.shape, job.queue.get(), job.workers.get());
    let spawner = Arc::clone(&executor);
    let all = async move {
        let each = |index, end| collector.add(index, end);
        let steps = (fetch, process, save);
        let _ = match shape {
            Shape::Chained => chained(&spawner, queue, workers, items, steps, each).await,
            Shape::Staged => staged(&spawner, queue, workers, items, steps, each).await,
        };
        collector.close()
    };
    thread::scope(|scope| {
        for index in 0..job.threads.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        // Spawned, since what `block_on` polls itself is on none of the executor's threads.
        let output = block_on(executor.spawn(all));
        // Every `recv` fails now, and with it every thread's `run` ends.
        drop(signal);
        output
    })
}

// The lesson: everything below can be taken home.
// It needs smol.

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

/// Does three steps to every item, one after the other; as many items at once as there are
/// workers. Hands what came of each, with its place in the input, to `each` in the order in
/// which they end, until that breaks: nothing is at work any more when this returns.
///
/// # Panics
/// `queue` or `workers` is 0.
pub async fn chained<'a, I, F, A, B, C, E, L>(
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
    C: Send + 'static,
    E: Send + 'static,
{
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    let chain = move |item| {
        let (fetch, process, save) = (fetch.clone(), process.clone(), save.clone());
        async move {
            let fetched = fetch(item).await?;
            unblock(move || save(process(fetched)?)).await
        }
    };
    let mut tasks = Vec::new();
    let queued = source(executor, &mut tasks, queue, items.into_iter());
    let ended = stage(executor, &mut tasks, queue, workers, queued, chain);
    consume(tasks, ended, each).await
}

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
        tasks.push(executor.spawn(async move {
            // No work is begun once the consumer has left.
            while let Ok((index, item)) = input.recv().await
                && !give.is_closed()
            {
                let end = match item {
                    Ok(Ok(item)) => AssertUnwindSafe(work(item)).catch_unwind().await,
                    Ok(Err(error)) => Ok(Err(error)),
                    Err(panic) => Err(panic),
                };
                if give.send((index, end)).await.is_err() {
                    break;
                }
            }
        }));
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
