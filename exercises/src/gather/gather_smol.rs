//! All at once, and the results in order, on smol.
//!
//! Do `work` on every item, all at the same time, each in a task of the executor. Return what
//! came of each, in the order of the items.
//!
//! In Python:
//! ```python
//! async def gather(items, work):
//!     tasks = (work(item) for item in items)
//!     return await asyncio.gather(*tasks, return_exceptions=True)
//! ```
//!
//! A future does nothing until it is polled: which call hands it to the executor? A panic
//! comes out of the `await` of its task, so it has to be caught in it.

use std::thread;

use smol::Executor;

/// Does `work` on every item, all at once, on the executor's threads. Returns what came of
/// each, in input order: a panic is an error.
pub async fn gather<'a, I, F>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    todo!()
}
