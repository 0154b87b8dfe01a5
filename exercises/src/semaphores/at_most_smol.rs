//! At most `limit` at once, on smol.
//!
//! Do `work` on every item, each in a task of the executor, and never have more than `limit`
//! of them at work. Return what came of each, in the order of the items.
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
//! You need `smol::lock::Semaphore` and `executor.spawn`. Two things differ from tokio: a
//! `Task` that is dropped is cancelled, and a panic comes out of the `await` of the task.
//! `AssertUnwindSafe(future).catch_unwind()` of `smol::future::FutureExt` makes a `Result` of
//! it.

use std::thread;

use smol::Executor;

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<'a, I, F>(
    executor: &Executor<'a>,
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    todo!()
}
