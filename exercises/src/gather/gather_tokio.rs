//! All at once, and the results in order, on tokio.
//!
//! Do `work` on every item, all at the same time, each in a task of its own. Return what came
//! of each, in the order of the items; where the work panicked, that is the item's outcome.
//!
//! In Python:
//! ```python
//! async def gather(items, work):
//!     tasks = (work(item) for item in items)
//!     return await asyncio.gather(*tasks, return_exceptions=True)
//! ```
//!
//! `tokio::spawn` starts a task at once, and returns a `JoinHandle` that can be awaited.

use tokio::task::JoinError;

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
pub async fn gather<I, F>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    todo!()
}
