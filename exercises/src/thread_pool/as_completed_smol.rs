//! As completed, on smol's blocking threads.
//!
//! Do `work`, which blocks, on every item, with at most `threads` at work at once. Call `each`
//! with the index of an item and what came of it, as soon as that is known.
//!
//! In Python:
//! ```python
//! def as_completed(threads, items, work, each):
//!     with ThreadPoolExecutor(threads) as pool:
//!         futures = {pool.submit(work, item): index for index, item in enumerate(items)}
//!         for future in concurrent.futures.as_completed(futures):
//!             each(futures[future], future)
//! ```
//!
//! `smol::unblock` takes any number of closures, and its pool has up to 500 threads: the limit
//! is yours. A set of futures that hands them back as they end is
//! `futures_util::stream::FuturesUnordered`. A panic comes out of the `await`. If `each` panics,
//! wait for what is under way before the panic goes on.

use std::thread;

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub async fn as_completed<I, T>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Send + Sync + 'static,
    each: impl FnMut(usize, thread::Result<T>),
) where
    I: Send + 'static,
    T: Send + 'static,
{
    todo!()
}
