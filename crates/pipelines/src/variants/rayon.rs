//! A pool of as many threads as there are workers: rayon has no queues.
//!
//! A chain per item is a parallel iterator, where rayon is at home. Stages are not: their
//! workers are tasks that last as long as the job, and the queues are crossbeam's.
//!
//! # What to notice
//! - `par_bridge` lets each thread take the next item; `try_for_each` stops at a `None`.
//! - A task that waits for a queue keeps its thread: with fewer threads than workers, a
//!   stage might never start, and the job would hang.
//! - A panic would be raised when all the rest is done; caught, it is passed on as an
//!   outcome.
//!
//! # When not to use this
//! For stages: threads and channels, as in `crossbeam`, do the same and promise more.

use anyhow::Result;
use page_client::blocking::Client;

use crate::{
    Job, Output, Shape,
    work::{Collector, Item, process, save},
};

/// Passes every item through the steps.
pub fn run(job: &Job) -> Result<Output> {
    let client = Client::new(&job.client());
    let fetch = |item: Item| {
        let (url, mut download) = item.download();
        let read = client.read(&url, &mut download);
        download.end(read)
    };
    let (mut collector, items) = Collector::new(job);
    let (queue, workers) = (job.queue.get(), job.workers.get());
    let steps = (fetch, process, save);
    let each = |index, end| collector.add(index, end);
    let _ = match job.shape {
        Shape::Chained => chained(queue, workers, items, steps, each)?,
        Shape::Staged => staged(queue, workers, items, steps, each)?,
    };
    collector.close()
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel, rayon.

use std::{
    iter::repeat_n,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

use crossbeam_channel::{Receiver, bounded};
use rayon::{
    Scope, ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder, max_num_threads,
    prelude::*,
};

/// What came of an item so far: a value, or its step's error, or a panic's payload.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// Does three steps to every item, one after the other; as many items at once as there are
/// workers. Hands what came of each, with its place in the input, to `each` in the order in
/// which they end, until that breaks: nothing is at work any more when this returns. There
/// is no queue: a worker that is done waits for its turn at `each`.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `queue` or `workers` is 0, or `workers` more than a pool can have.
pub fn chained<I: Send, A, B, C, E, L: Send>(
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send>,
    (fetch, process, save): (
        impl Fn(I) -> Result<A, E> + Sync,
        impl Fn(A) -> Result<B, E> + Sync,
        impl Fn(B) -> Result<C, E> + Sync,
    ),
    each: impl FnMut(usize, End<C, E>) -> ControlFlow<L> + Send,
) -> Result<ControlFlow<L>, ThreadPoolBuildError> {
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    // rayon would start fewer threads.
    assert!(workers <= max_num_threads(), "too many for a pool");
    let chain = |item| save(process(fetch(item)?)?);
    let items = items.into_iter().enumerate().par_bridge();
    let turn = Mutex::new((each, ControlFlow::Continue(())));
    let all = || {
        items.try_for_each(|(index, item)| {
            let end = catch_unwind(AssertUnwindSafe(|| chain(item)));
            // Poisoned: `each` has panicked, and that is what the caller is to see.
            let mut turn = turn.lock().ok()?;
            let (each, left) = &mut *turn;
            // Others may have been at work when it broke.
            if left.is_continue() {
                *left = each(index, end);
            }
            match left {
                ControlFlow::Continue(()) => Some(()),
                ControlFlow::Break(_) => None,
            }
        })
    };
    let pool = ThreadPoolBuilder::new().num_threads(workers);
    pool.build_scoped(|thread| thread.run(), |pool| pool.install(all))?;
    let (_, left) = turn.into_inner().expect("`each` has not panicked");
    Ok(left)
}

/// The same, with a stage for each step: workers of its own, and a queue before them that has
/// so much room. A full queue holds up the stage before it.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `queue` or `workers` is 0, or `workers` more than a pool can have.
pub fn staged<I: Send, A: Send, B: Send, C: Send, E: Send, L>(
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send>,
    (fetch, process, save): (
        impl Fn(I) -> Result<A, E> + Sync,
        impl Fn(A) -> Result<B, E> + Sync,
        impl Fn(B) -> Result<C, E> + Sync,
    ),
    mut each: impl FnMut(usize, End<C, E>) -> ControlFlow<L>,
) -> Result<ControlFlow<L>, ThreadPoolBuildError> {
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    // rayon would start fewer threads, and a stage without one never ends.
    assert!(workers < max_num_threads() / 3, "too many for a pool");
    let all = |pool: &ThreadPool| {
        pool.in_place_scope(|scope| {
            let queued = source(scope, queue, items.into_iter());
            let fetched = stage(scope, queue, workers, queued, &fetch);
            let processed = stage(scope, queue, workers, fetched, &process);
            let saved = stage(scope, queue, workers, processed, &save);
            saved
                .into_iter()
                .try_for_each(|(index, end)| each(index, end))
        })
    };
    // A thread for the source, and one for each worker of each stage.
    let pool = ThreadPoolBuilder::new().num_threads(1 + 3 * workers);
    pool.build_scoped(|thread| thread.run(), all)
}

/// Draws the items as the queue has room for them.
fn source<'scope, I: Send + 'scope, E: Send + 'scope>(
    scope: &Scope<'scope>,
    queue: usize,
    items: impl Iterator<Item = I> + Send + 'scope,
) -> Receiver<(usize, End<I, E>)> {
    let (give, queued) = bounded(queue);
    let mut items = items.enumerate();
    scope.spawn(move |_| {
        // It fails once the first stage has left.
        let _ = items.try_for_each(|(index, item)| give.send((index, Ok(Ok(item)))));
    });
    queued
}

/// Workers that take from one queue and put into the next. An item that was lost in an
/// earlier step is passed on as it is.
fn stage<'scope, T: Send + 'scope, U: Send + 'scope, E: Send + 'scope>(
    scope: &Scope<'scope>,
    queue: usize,
    workers: usize,
    input: Receiver<(usize, End<T, E>)>,
    work: &'scope (impl Fn(T) -> Result<U, E> + Sync),
) -> Receiver<(usize, End<U, E>)> {
    let (give, output) = bounded(queue);
    for (input, give) in repeat_n((input, give), workers) {
        scope.spawn(move |_| {
            for (index, item) in input {
                let end = match item {
                    Ok(Ok(item)) => catch_unwind(AssertUnwindSafe(|| work(item))),
                    Ok(Err(error)) => Ok(Err(error)),
                    Err(panic) => Err(panic),
                };
                if give.send((index, end)).is_err() {
                    break;
                }
            }
        });
    }
    output
}
