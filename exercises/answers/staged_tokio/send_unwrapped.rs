//! That the consumer has left is taken for a bug.

use std::{
    iter::repeat_n,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use tokio::{
    sync::{
        Mutex,
        mpsc::{Receiver, channel},
    },
    task::{JoinError, JoinHandle, JoinSet, spawn, spawn_blocking},
};
use tokio_util::task::AbortOnDropHandle;

/// What came of an item so far: a value, or its step's error, or a panic.
pub type End<T, E> = Result<Result<T, E>, JoinError>;

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
    let mut tasks = JoinSet::new();
    let queued = source(&mut tasks, queue, items.into_iter());
    let fetched = stage(&mut tasks, queue, workers, queued, fetch);
    let processed = stage(&mut tasks, queue, workers, fetched, process);
    let saved = stage(&mut tasks, queue, workers, processed, save);
    consume(tasks, saved, each).await
}

/// Draws the items as the queue has room for them.
fn source<I: Send + 'static, E: Send + 'static>(
    tasks: &mut JoinSet<()>,
    queue: usize,
    items: impl Iterator<Item = I> + Send + 'static,
) -> Receiver<(usize, End<I, E>)> {
    let (give, queued) = channel(queue);
    tasks.spawn(async move {
        for (index, item) in items.enumerate() {
            if give.send((index, Ok(Ok(item)))).await.is_err() {
                break;
            }
        }
    });
    queued
}

/// Workers that take from one queue and put into the next. An item that was lost in an
/// earlier step is passed on as it is.
fn stage<T, U, E>(
    tasks: &mut JoinSet<()>,
    queue: usize,
    workers: usize,
    input: Receiver<(usize, End<T, E>)>,
    work: impl Fn(T) -> JoinHandle<Result<U, E>> + Clone + Send + 'static,
) -> Receiver<(usize, End<U, E>)>
where
    T: Send + 'static,
    U: Send + 'static,
    E: Send + 'static,
{
    let (give, output) = channel(queue);
    let input = Arc::new(Mutex::new(input));
    for (input, give, work) in repeat_n((input, give, work), workers) {
        tasks.spawn(async move {
            loop {
                let next = input.lock().await.recv().await;
                let Some((index, item)) = next else { break };
                let end = match item {
                    Ok(Ok(item)) => AbortOnDropHandle::new(work(item)).await,
                    Ok(Err(error)) => Ok(Err(error)),
                    Err(panic) => Err(panic),
                };
                give.send((index, end)).await.expect("somebody receives");
            }
        });
    }
    output
}

/// Hands what comes out to `each` until that breaks, and waits for the tasks.
async fn consume<T, L>(
    mut tasks: JoinSet<()>,
    mut output: Receiver<(usize, T)>,
    mut each: impl FnMut(usize, T) -> ControlFlow<L>,
) -> ControlFlow<L> {
    let mut left = Ok(ControlFlow::Continue(()));
    while let Ok(ControlFlow::Continue(())) = left
        && let Some((index, end)) = output.recv().await
    {
        left = catch_unwind(AssertUnwindSafe(|| each(index, end)));
    }
    // Now `send` fails in the last stage, then in the one before it.
    drop(output);
    while let Some(end) = tasks.join_next().await {
        left = end.map_err(JoinError::into_panic).and(left);
    }
    // A panic of the items' iterator or of `each` is the caller's, once all have ended.
    left.unwrap_or_else(|panic| resume_unwind(panic))
}
