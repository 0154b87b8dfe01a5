//! A stage of a pipeline, with a bounded queue behind it, on threads.
//!
//! `staged` is done: it puts three stages one behind the other. **The hole is `stage` alone**,
//! one of the three: `workers` threads of the scope take items from the queue `input`, do `work` on each, and
//! put what came of it into a new queue with room for `queue` of them. That queue's receiver is
//! what `stage` returns, for the stage behind it. A full queue holds up the threads, and so the
//! stage before them. An item that was lost in an earlier step is passed on as it is; a panic of
//! the work is its item's end. The threads end when `input` does, or when the consumer has left:
//! then `send` fails.
//!
//! In Python, without the ends:
//! ```python
//! def stage(pool, queue, workers, incoming, work):
//!     outgoing = Queue(queue)
//!
//!     def worker():
//!         while (item := incoming.get()) is not None:
//!             outgoing.put(work(item))
//!
//!     for _ in range(workers):
//!         pool.submit(worker)
//!     return outgoing
//! ```
//!
//! `sync_channel` is bounded. Its receiver has one owner, so the threads share it in an
//! `Arc<Mutex<_>>`, which is locked only while one of them takes an item.

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
    todo!()
}
