//! Threads, and a `sync_channel` between two stages.
//!
//! A stage is as many threads as workers, which take from one queue and put into the next.
//! One with an item for a full queue waits in `send`: that is the back-pressure.
//!
//! # What to notice
//! - A receiver has one owner, so a stage's threads share it behind a lock. In a `while
//!   let` the guard would live through the body: one worker at a time.
//! - A consumer that leaves drops its receiver: `send` fails, and that stage leaves, too.
//!   A worker sees that only when it sends: it may do one more item before.
//! - A thread that panics drops its sender, which to the next stage is a clean end. So the
//!   panic is caught, and passed on as the item's outcome.
//!
//! # When not to use this
//! With hundreds of items under way that only wait: each has a thread.

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

use std::{
    io,
    iter::repeat_n,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, sync_channel},
    },
    thread::{self, Scope},
};

/// What came of an item so far: a value, or its step's error, or a panic's payload.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// Does three steps to every item, one after the other; as many items at once as there are
/// workers. Hands what came of each, with its place in the input, to `each` in the order in
/// which they end, until that breaks: nothing is at work any more when this returns.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `queue` or `workers` is 0.
pub fn chained<I: Send, A, B, C: Send, E: Send, L>(
    queue: usize,
    workers: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send>,
    (fetch, process, save): (
        impl Fn(I) -> Result<A, E> + Sync,
        impl Fn(A) -> Result<B, E> + Sync,
        impl Fn(B) -> Result<C, E> + Sync,
    ),
    mut each: impl FnMut(usize, End<C, E>) -> ControlFlow<L>,
) -> io::Result<ControlFlow<L>> {
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    let chain = |item| save(process(fetch(item)?)?);
    thread::scope(|scope| {
        let queued = source(scope, queue, items.into_iter())?;
        let ended = stage(scope, queue, workers, queued, &chain)?;
        Ok(ended
            .into_iter()
            .try_for_each(|(index, end)| each(index, end)))
    })
}

/// The same, with a stage for each step: workers of its own, and a queue before them that has
/// so much room. A full queue holds up the stage before it.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `queue` or `workers` is 0.
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
) -> io::Result<ControlFlow<L>> {
    assert!(queue > 0, "a queue needs room");
    assert!(workers > 0, "a stage needs a worker");
    thread::scope(|scope| {
        let queued = source(scope, queue, items.into_iter())?;
        let fetched = stage(scope, queue, workers, queued, &fetch)?;
        let processed = stage(scope, queue, workers, fetched, &process)?;
        let saved = stage(scope, queue, workers, processed, &save)?;
        Ok(saved
            .into_iter()
            .try_for_each(|(index, end)| each(index, end)))
    })
}

/// Draws the items as the queue has room for them.
fn source<'scope, I: Send + 'scope, E: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    queue: usize,
    items: impl Iterator<Item = I> + Send + 'scope,
) -> io::Result<Receiver<(usize, End<I, E>)>> {
    let (give, queued) = sync_channel(queue);
    let mut items = items.enumerate();
    thread::Builder::new().spawn_scoped(scope, move || {
        // It fails once the first stage has left.
        let _ = items.try_for_each(|(index, item)| give.send((index, Ok(Ok(item)))));
    })?;
    Ok(queued)
}

/// Workers that take from one queue and put into the next. An item that was lost in an
/// earlier step is passed on as it is.
fn stage<'scope, T: Send + 'scope, U: Send + 'scope, E: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    queue: usize,
    workers: usize,
    input: Receiver<(usize, End<T, E>)>,
    work: &'scope (impl Fn(T) -> Result<U, E> + Sync),
) -> io::Result<Receiver<(usize, End<U, E>)>> {
    let (give, output) = sync_channel(queue);
    let input = Arc::new(Mutex::new(input));
    for (input, give) in repeat_n((input, give), workers) {
        thread::Builder::new().spawn_scoped(scope, move || {
            loop {
                let next = input.lock().expect("no panic is in the lock").recv();
                let Ok((index, item)) = next else { break };
                let end = match item {
                    Ok(Ok(item)) => catch_unwind(AssertUnwindSafe(|| work(item))),
                    Ok(Err(error)) => Ok(Err(error)),
                    Err(panic) => Err(panic),
                };
                if give.send((index, end)).is_err() {
                    break;
                }
            }
        })?;
    }
    Ok(output)
}
