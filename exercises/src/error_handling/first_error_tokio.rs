//! The first error stops the rest, on tokio.
//!
//! Do `work` on every item at once. When it fails or panics on one, stop the others where they
//! wait, **and wait until they have ended**. Return the index of the one that went wrong
//! earliest, and what came of each, in the order of the items: `None` of one that was stopped.
//! What has been done meanwhile is kept, a second failure, too.
//!
//! Of four items, where the third fails, then the second, and the last is stopped:
//! `(Some(2), vec![Some(Ok(Ok(value))), Some(Ok(Err(error))), Some(Ok(Err(error))), None])`.
//! A panic is `Some(Err(join_error))`.
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
//! `abort` only asks: the task is dropped a moment later, by the runtime. `JoinMap` or `JoinSet`
//! hand tasks back as they end, those that were aborted, too: `JoinError::is_cancelled`.

use tokio::task::JoinError;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = Result<Result<T, E>, JoinError>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was stopped.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item at once, until it fails or panics on one. The others are
/// dropped where they wait, and waited for.
pub async fn first_error<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> First<T, E>
where
    I: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    todo!()
}
