//! At most `limit` at once, on threads.
//!
//! Do `work` on every item, on as many threads as there are permits. Return what came of each,
//! in the order of the items; where the work panicked, that is the item's outcome.
//!
//! In Python:
//! ```python
//! def at_most(limit, items, work):
//!     with ThreadPoolExecutor(limit) as pool:
//!         futures = [pool.submit(work, item) for item in items]
//!     return [future.exception() or future.result() for future in futures]
//! ```
//!
//! The standard library has no semaphore. With a thread for each permit there is no need of
//! one: `std::thread::scope` has threads that borrow, `mpsc::sync_channel(0)` hands items
//! over, and a receiver that several share stands in a `Mutex`. How long is that locked?
//! `std::panic::catch_unwind` makes a `Result` of a panic.

use std::{io, thread};

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `limit` is 0.
pub fn at_most<I: Send, T: Send>(
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> io::Result<Vec<thread::Result<T>>> {
    todo!()
}
