//! At most `limit` at once, on tokio.
//!
//! Do `work` on every item, each in a task of its own, and never have more than `limit` of
//! them at work. Use all permits as long as there is work. Return what came of each, in the
//! order of the items; where the work panicked, that is the item's outcome.
//!
//! In Python:
//! ```python
//! async def at_most(limit, items, work):
//!     semaphore = asyncio.Semaphore(limit)
//!
//!     async def one(item):
//!         async with semaphore:
//!             return await work(item)
//!
//!     tasks = (one(item) for item in items)
//!     return await asyncio.gather(*tasks, return_exceptions=True)
//! ```
//!
//! You need `tokio::sync::Semaphore`, and something that keeps the handles of tasks in order:
//! `tokio_util::task::JoinQueue`, or a `Vec` of `JoinHandle`. A spawned task is `'static`: it
//! takes what it needs along. Which kind of permit can it take along?

use tokio::task::JoinError;

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<I, F>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    todo!()
}
