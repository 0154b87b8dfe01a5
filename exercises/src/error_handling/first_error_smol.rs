//! The first error stops the rest, on smol.
//!
//! Do `work` on every item at once, in tasks of the executor. When it fails or panics on one,
//! stop the others where they wait, **and wait until they have ended**. Return the index of the
//! one that went wrong earliest, and what came of each, in the order of the items: `None` of one
//! that was stopped. What has been done meanwhile is kept, a second failure, too.
//!
//! Of four items, where the third fails, then the second, and the last is stopped:
//! `(Some(2), vec![Some(Ok(Ok(value))), Some(Ok(Err(error))), Some(Ok(Err(error))), None])`.
//! A panic is `Some(Err(payload))`.
//!
//! In Python:
//! ```python
//! async def first_error(items, work):
//!     tasks = [asyncio.create_task(work(item)) for item in items]
//!     done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
//!     for task in pending:
//!         task.cancel()
//!     await asyncio.gather(*pending, return_exceptions=True)
//!     return next((t for t in tasks if t in done and t.exception()), None), tasks
//! ```
//!
//! `Task::cancel` is a future that is ready once the task has ended; dropping a task only asks.
//! Tasks can't be awaited "whichever ends first", but each can send what came of it through
//! `smol::channel`.

use std::thread;

use smol::Executor;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was stopped.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item at once, until it fails or panics on one. The others are
/// dropped where they wait, and waited for.
pub async fn first_error<'a, I, F, T, E>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> First<T, E>
where
    I: Send + 'a,
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    todo!()
}
