//! As completed, on a few threads.
//!
//! Do `work` on every item, on at most `threads` threads. Call `each` on the caller's thread
//! with the index of an item and what came of it, as soon as that is known: not in the order
//! of the items, but in that of their ends.
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
//! Two channels do it: one with items for the threads, one with what came of them for the
//! caller. A receiver that several threads share stands in a `Mutex`, and the one with the
//! ends closes when the last sender is dropped. The caller's, too.

use std::{io, thread};

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub fn as_completed<I: Send, T: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
    each: impl FnMut(usize, thread::Result<T>),
) -> io::Result<()> {
    todo!()
}
