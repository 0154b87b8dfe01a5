//! Every outcome, in order, on tokio.
//!
//! Do `work` on every item at once, and let each come to its end: an error or a panic of one is
//! no reason to stop the others. Return what came of each, in the order of the items.
//!
//! In Python:
//! ```python
//! async def settle(items, work):
//!     tasks = (work(item) for item in items)
//!     return await asyncio.gather(*tasks, return_exceptions=True)
//! ```
//!
//! An error of the work is inside the `Ok` of the task; a panic is the `JoinError`.

use tokio::task::JoinError;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = Result<Result<T, E>, JoinError>;

/// Does `work` on every item at once. Returns what came of each, in input order.
pub async fn settle<I, F, T, E>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<End<T, E>>
where
    I: Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    todo!()
}
