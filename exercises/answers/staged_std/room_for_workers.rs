//! The queue has as much room as there are workers.

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
    let (give, output) = sync_channel(workers);
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
