//! A stream that each stage turns into another, on tokio.
//!
//! `buffer_unordered` holds as many items as a stage has workers, and asks the stage before
//! it for one more when it has room. A queue is items that are ready, `buffered`.
//!
//! # What to notice
//! - Back-pressure is the absence of a poll: a buffer that is full asks for nothing, and a
//!   future that is not polled stands still. So each piece of work is spawned, to make
//!   progress on its own.
//! - Without the queues, a stage would be asked for its next item only when the last one is
//!   done with; with one worker each, stages would never overlap.
//! - To drop the stream is to leave: its handles abort their tasks, and the tracker waits for
//!   those, and for what blocks, which nothing can abort.
//!
//! # When not to use this
//! Where a stage should run ahead of a slow one: queues as in `tokio` fill by themselves.

use anyhow::Result;
use page_client::tokio::Client;
use tokio::runtime::Builder;

use crate::{
    Job, Output, Shape,
    work::{Collector, Item, process, save},
};

/// Passes every item through the steps.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.threads.get())
        .max_blocking_threads(3 * job.workers.get())
        .enable_all()
        .build()?;
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
        let each = |index, end: End<_, _>| {
            collector.add(index, end.map_err(JoinError::into_panic))
        };
        let steps = (fetch, process, save);
        let _ = match shape {
            Shape::Chained => chained(queue, workers, items, steps, each).await,
            Shape::Staged => staged(queue, workers, items, steps, each).await,
        };
        collector.close()
    };
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    runtime.block_on(runtime.spawn(all))?
}

// The lesson: everything below can be taken home.
// It needs futures-util (std), tokio (rt), tokio-util (rt).

use std::{
    future::pending,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, resume_unwind},
};

use futures_util::{FutureExt, Stream, StreamExt, future::ready, stream};
use tokio::task::{JoinError, JoinHandle};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

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
    items: impl IntoIterator<Item = I>,
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
    let tracker = &TaskTracker::new();
    let chain = move |item| {
        let (fetch, process, save) = (fetch.clone(), process.clone(), save.clone());
        let tasks = tracker.clone();
        tracker.spawn(async move {
            let fetched = fetch(item).await?;
            let saved = tasks.spawn_blocking(move || save(process(fetched)?));
            match AbortOnDropHandle::new(saved)
                .await
                .map_err(JoinError::try_into_panic)
            {
                Ok(saved) => saved,
                Err(Ok(panic)) => resume_unwind(panic),
                // The runtime shuts down, and ends this task as well.
                Err(Err(_cancelled)) => pending().await,
            }
        })
    };
    let ended = stage(queue, workers, source(items), chain);
    consume(tracker, ended, each).await
}

/// The same, with a stage for each step: workers of its own, and a queue before them that has
/// so much room. A full queue holds up the stage before it.
///
/// # Panics
/// `queue` or `workers` is 0.
pub async fn staged<I, F, A, B, C, E, L>(
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I>,
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
    let tracker = &TaskTracker::new();
    let fetch = move |item| {
        let fetch = fetch.clone();
        tracker.spawn(async move { fetch(item).await })
    };
    let process = move |item| {
        let process = process.clone();
        tracker.spawn_blocking(move || process(item))
    };
    let save = move |item| {
        let save = save.clone();
        tracker.spawn_blocking(move || save(item))
    };
    let fetched = stage(queue, workers, source(items), fetch);
    let processed = stage(queue, workers, fetched, process);
    let saved = stage(queue, workers, processed, save);
    consume(tracker, saved, each).await
}

/// The items, each drawn when it is asked for.
fn source<I, E>(
    items: impl IntoIterator<Item = I>,
) -> impl Stream<Item = (usize, End<I, E>)> {
    let items = items.into_iter().enumerate();
    stream::iter(items.map(|(index, item)| (index, Ok(Ok(item)))))
}

/// A queue, and behind it as many at work as there are workers. An item that was lost in
/// an earlier step is passed on as it is.
fn stage<T, U, E>(
    queue: usize,
    workers: usize,
    input: impl Stream<Item = (usize, End<T, E>)>,
    work: impl Fn(T) -> JoinHandle<Result<U, E>>,
) -> impl Stream<Item = (usize, End<U, E>)> {
    let begun = input.map(ready).buffered(queue).map(move |(index, item)| {
        let item = item.map(|item| item.map(|item| AbortOnDropHandle::new(work(item))));
        async move {
            let end = match item {
                Ok(Ok(task)) => task.await,
                Ok(Err(error)) => Ok(Err(error)),
                Err(panic) => Err(panic),
            };
            (index, end)
        }
    });
    begun.buffer_unordered(workers)
}

/// Hands what comes out to `each` until that breaks, and waits for the tasks.
async fn consume<T, L>(
    tracker: &TaskTracker,
    output: impl Stream<Item = (usize, T)>,
    mut each: impl FnMut(usize, T) -> ControlFlow<L>,
) -> ControlFlow<L> {
    let mut output = Box::pin(output);
    let left = AssertUnwindSafe(async {
        let mut left = ControlFlow::Continue(());
        while left.is_continue()
            && let Some((index, end)) = output.next().await
        {
            left = each(index, end);
        }
        left
    });
    let left = left.catch_unwind().await;
    // Its handles abort what they wait for.
    drop(output);
    tracker.close();
    tracker.wait().await;
    // A panic of the items' iterator or of `each` is the caller's, once all have ended.
    left.unwrap_or_else(|panic| resume_unwind(panic))
}
