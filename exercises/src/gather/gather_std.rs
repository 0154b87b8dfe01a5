//! All at once, and the results in order, on threads.
//!
//! Do `work` on every item, all at the same time, each on a thread of its own. Return what
//! came of each, in the order of the items; where the work panicked, that is the item's
//! outcome.
//!
//! In Python:
//! ```python
//! def gather(items, work):
//!     with ThreadPoolExecutor(len(items)) as pool:
//!         futures = [pool.submit(work, item) for item in items]
//!     return [future.exception() or future.result() for future in futures]
//! ```
//!
//! `std::thread::scope` has threads that borrow. `join` returns an `Err` for a panic. An
//! iterator is lazy: when is a thread started that an iterator's `map` starts?

use std::{io, thread};

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn gather<I: Send, T: Send>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> io::Result<Vec<thread::Result<T>>> {
    todo!()
}
