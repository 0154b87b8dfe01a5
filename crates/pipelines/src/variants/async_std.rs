//! Tasks, and async-std's channel between two stages.
//!
//! async-std is discontinued; use `smol`, from which this differs by the executor, which is
//! one for the whole process, by `spawn_blocking`, which is `unblock` there, and by the
//! channel's major version (async-channel 1.9; async-channel 2.5).
//!
//! # What to notice
//! - A receiver is cloned as a sender is: each task of a stage has its own, and every item
//!   reaches one of them.
//! - A dropped handle detaches its task, where smol's cancels it: a caller that drops this
//!   function's future leaves work behind.
//! - A worker that panics is a clean end to the next stage, so the panic is caught, and
//!   passed on as the item's outcome.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use anyhow::Result;
use async_std::task::block_on;
use page_client::async_std::Client;

use crate::{
    Job, Output, Shape,
    work::{Collector, Item, process, save},
};

/// Passes every item through the steps.
pub fn run(job: &Job) -> Result<Output> {
    let client = Client::new(&job.client());
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
    let all = async move {
        let each = |index, end| collector.add(index, end);
        let steps = (fetch, process, save);
        let _ = match shape {
            Shape::Chained => chained(queue, workers, items, steps, each).await,
            Shape::Staged => staged(queue, workers, items, steps, each).await,
        };
        collector.close()
    };
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    block_on(spawn(all))
}

// The lesson: everything below can be taken home.
// It needs async-std, futures-util (std).

use std::{
    iter::repeat_n,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use async_std::{
    channel::{Receiver, bounded},
    task::{JoinHandle, spawn, spawn_blocking},
};
use futures_util::FutureExt;

/// What came of an item so far: a value, or its step's error, or a panic.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// Does three steps to every item, one after the other; as many items at once as there are
/// workers. Hands what came of each, with its place in the input, to `each` in the order in
/// which they end, until that breaks: nothing is at work any more when this returns.
///
/// # Panics
/// `queue` or `workers` is 0.
pub async fn chained<I, F, A, B, C, E, L>(
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send + 'static>,
    (fetch, process, save): (
        impl Fn(I) -> F + Clone + Send + 'static,
        impl Fn(A) -> Result<B, E> + Clone + Send + 'static,
        impl Fn(B) -> Result<C, E> + Clone + Send + 'static,
    ),
    each: impl FnMut(usize, End<C, E>) -> ControlFlow<L>,
) -> ControlFlow<L>
where
    I: Send + 'static,
    F: Future<Output = Result<A, E>> + Send + 'static,
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
            spawn_blocking(move || save(process(fetched)?)).await
        }
    };
    let mut tasks = Vec::new();
    let queued = source(&mut tasks, queue, items.into_iter());
    let ended = stage(&mut tasks, queue, workers, queued, chain);
    consume(tasks, ended, each).await
}

/// The same, with a stage for each step: workers of its own, and a queue before them that has
/// so much room. A full queue holds up the stage before it.
///
/// # Panics
/// `queue` or `workers` is 0.
pub async fn staged<I, F, A, B, C, E, L>(
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send + 'static>,
    (fetch, process, save): (
        impl Fn(I) -> F + Clone + Send + 'static,
        impl Fn(A) -> Result<B, E> + Clone + Send + 'static,
        impl Fn(B) -> Result<C, E> + Clone + Send + 'static,
    ),
    each: impl FnMut(usize, End<C, E>) -> ControlFlow<L>,
) -> ControlFlow<L>
where
    I: Send + 'static,
    F: Future<Output = Result<A, E>> + Send + 'static,
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
        spawn_blocking(move || process(item))
    };
    let save = move |item| {
        let save = save.clone();
        spawn_blocking(move || save(item))
    };
    let mut tasks = Vec::new();
    let queued = source(&mut tasks, queue, items.into_iter());
    let fetched = stage(&mut tasks, queue, workers, queued, fetch);
    let processed = stage(&mut tasks, queue, workers, fetched, process);
    let saved = stage(&mut tasks, queue, workers, processed, save);
    consume(tasks, saved, each).await
}

/// Draws the items as the queue has room for them.
fn source<I: Send + 'static, E: Send + 'static>(
    tasks: &mut Vec<JoinHandle<()>>,
    queue: usize,
    items: impl Iterator<Item = I> + Send + 'static,
) -> Receiver<(usize, End<I, E>)> {
    let (give, queued) = bounded(queue);
    tasks.push(spawn(async move {
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
fn stage<T, F, U, E>(
    tasks: &mut Vec<JoinHandle<()>>,
    queue: usize,
    workers: usize,
    input: Receiver<(usize, End<T, E>)>,
    work: impl Fn(T) -> F + Clone + Send + 'static,
) -> Receiver<(usize, End<U, E>)>
where
    T: Send + 'static,
    F: Future<Output = Result<U, E>> + Send + 'static,
    U: Send + 'static,
    E: Send + 'static,
{
    let (give, output) = bounded(queue);
    for (input, give, work) in repeat_n((input, give, work), workers) {
        tasks.push(spawn(async move {
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
    tasks: Vec<JoinHandle<()>>,
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
