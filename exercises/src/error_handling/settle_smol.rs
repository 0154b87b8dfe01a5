//! Every outcome, in order, on smol.
//!
//! Do `work` on every item at once, in tasks of the executor, and let each come to its end.
//! Return what came of each, in the order of the items.
//!
//! In Python:
//! ```python
//! async def settle(items, work):
//!     tasks = (work(item) for item in items)
//!     return await asyncio.gather(*tasks, return_exceptions=True)
//! ```
//!
//! A task that is dropped is cancelled, so none may be dropped before it was awaited.

use std::thread;

use smol::Executor;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// Does `work` on every item at once, on the executor's threads. Returns what came of each,
/// in input order.
pub async fn settle<'a, I, F, T, E>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<End<T, E>>
where
    I: Send + 'a,
    F: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    todo!()
}
