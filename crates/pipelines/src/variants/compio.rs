//! Tasks on compio, all on one thread and io_uring, and a flume channel between two stages.
//!
//! A stage is as many tasks as workers, which take from one queue and put into the next.
//! One with an item for a full queue waits in `send_async`: that is the back-pressure.
//!
//! # What to notice
//! - compio has no channel of its own. flume is the one that its driver has within
//!   (compio-driver 0.12.5, src/asyncify.rs, AsyncifyPool).
//! - Hashing and writing would hold up the thread; `spawn_blocking` has others. There must
//!   be enough of them: while none is free, compio's own thread spins
//!   (compio-driver 0.12.5, src/sys/driver/iour/mod.rs, push_blocking).
//! - A worker that panics is a clean end to the next stage, so work is a task of its own.
//!   Its panic is a `JoinError`, and passed on as the item's outcome.
//!
//! # When not to use this
//! When there is nothing to wait for: stages that only compute need threads.

use anyhow::Result;
use compio::{
    driver::{DriverType, ProactorBuilder},
    runtime::RuntimeBuilder,
};
use page_client::compio::Client;

use crate::{
    Job, Output, Shape,
    work::{Collector, Item, process, save},
};

/// Passes every item through the steps.
pub fn run(job: &Job) -> Result<Output> {
    // By default it is epoll where io_uring is refused, and this would be another row.
    let mut driver = ProactorBuilder::new();
    driver.driver_type(DriverType::IoUring);
    driver.thread_pool_limit(3 * job.workers.get());
    let runtime = RuntimeBuilder::new().with_proactor(driver).build()?;
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
        let each = |index, end: End<_, _>| collector.add(index, end.map_err(into_panic));
        let steps = (fetch, process, save);
        let _ = match shape {
            Shape::Chained => chained(queue, workers, items, steps, each).await,
            Shape::Staged => staged(queue, workers, items, steps, each).await,
        };
        collector.close()
    };
    runtime.block_on(all)
}

// The lesson: everything below can be taken home.
// It needs compio, flume (async).

use std::{
    any::Any,
    iter::repeat_n,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use compio::runtime::{JoinError, JoinHandle, ResumeUnwind, spawn, spawn_blocking};
use flume::{Receiver, bounded};

/// What came of an item so far: a value, or its step's error, or a panic.
pub type End<T, E> = Result<Result<T, E>, JoinError>;

/// Does three steps to every item, one after the other; as many items at once as there are
/// workers. Hands what came of each, with its place in the input, to `each` in the order in
/// which they end, until that breaks: nothing is at work any more when this returns.
///
/// # Panics
/// `queue` or `workers` is 0.
pub async fn chained<I, F, A, B, C, E, L>(
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I, IntoIter: 'static>,
    (fetch, process, save): (
        impl Fn(I) -> F + Clone + 'static,
        impl Fn(A) -> Result<B, E> + Clone + Send + 'static,
        impl Fn(B) -> Result<C, E> + Clone + Send + 'static,
    ),
    each: impl FnMut(usize, End<C, E>) -> ControlFlow<L>,
) -> ControlFlow<L>
where
    I: 'static,
    F: Future<Output = Result<A, E>> + 'static,
    A: Send + 'static,
    C: Send + 'static,
    E: Send + 'static,
{
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    let chain = move |item| {
        let (fetch, process, save) = (fetch.clone(), process.clone(), save.clone());
        spawn(async move {
            let fetched = fetch(item).await?;
            let saved = spawn_blocking(move || save(process(fetched)?));
            saved.await.resume_unwind().expect("no handle was dropped")
        })
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
    items: impl IntoIterator<Item = I, IntoIter: 'static>,
    (fetch, process, save): (
        impl Fn(I) -> F + Clone + 'static,
        impl Fn(A) -> Result<B, E> + Clone + Send + 'static,
        impl Fn(B) -> Result<C, E> + Clone + Send + 'static,
    ),
    each: impl FnMut(usize, End<C, E>) -> ControlFlow<L>,
) -> ControlFlow<L>
where
    I: 'static,
    F: Future<Output = Result<A, E>> + 'static,
    A: Send + 'static,
    B: Send + 'static,
    C: Send + 'static,
    E: Send + 'static,
{
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    let fetch = move |item| {
        let fetch = fetch.clone();
        spawn(async move { fetch(item).await })
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
fn source<I: 'static, E: 'static>(
    tasks: &mut Vec<JoinHandle<()>>,
    queue: usize,
    items: impl Iterator<Item = I> + 'static,
) -> Receiver<(usize, End<I, E>)> {
    let (give, queued) = bounded(queue);
    tasks.push(spawn(async move {
        for (index, item) in items.enumerate() {
            if give.send_async((index, Ok(Ok(item)))).await.is_err() {
                break;
            }
        }
    }));
    queued
}

/// Workers that take from one queue and put into the next. An item that was lost in an
/// earlier step is passed on as it is.
fn stage<T, U, E>(
    tasks: &mut Vec<JoinHandle<()>>,
    queue: usize,
    workers: usize,
    input: Receiver<(usize, End<T, E>)>,
    work: impl Fn(T) -> JoinHandle<Result<U, E>> + Clone + 'static,
) -> Receiver<(usize, End<U, E>)>
where
    T: 'static,
    U: 'static,
    E: 'static,
{
    let (give, output) = bounded(queue);
    for (input, give, work) in repeat_n((input, give, work), workers) {
        tasks.push(spawn(async move {
            // No work is begun once the consumer has left.
            while let Ok((index, item)) = input.recv_async().await
                && !give.is_disconnected()
            {
                let end = match item {
                    Ok(Ok(item)) => work(item).await,
                    Ok(Err(error)) => Ok(Err(error)),
                    Err(panic) => Err(panic),
                };
                if give.send_async((index, end)).await.is_err() {
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
        && let Ok((index, end)) = output.recv_async().await
    {
        left = catch_unwind(AssertUnwindSafe(|| each(index, end)));
    }
    // Now `send` fails in the last stage, then in the one before it.
    drop(output);
    for task in tasks {
        left = task.await.map_err(into_panic).and(left);
    }
    // A panic of the items' iterator or of `each` is the caller's, once all have ended.
    left.unwrap_or_else(|panic| resume_unwind(panic))
}

fn into_panic(error: JoinError) -> Box<dyn Any + Send> {
    match error {
        JoinError::Panicked(panic) => panic,
        JoinError::Cancelled => unreachable!("no handle was dropped"),
    }
}
