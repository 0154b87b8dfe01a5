//! Every outcome, in order, on threads.
//!
//! Do `work` on every item, on `threads` threads. An error or a panic of one is no reason to
//! stop the others: the thread takes the next. Return what came of each, in the order of the
//! items.
//!
//! In Python:
//! ```python
//! def settle(threads, items, work):
//!     with ThreadPoolExecutor(threads) as pool:
//!         futures = [pool.submit(work, item) for item in items]
//!     return [future.exception() or future.result() for future in futures]
//! ```
//!
//! The items can stand in a `Mutex<impl Iterator>` from which each thread takes the next. In
//! `while let Some(item) = items.lock().unwrap().next()` the guard lives as long as the body.

use std::{io, thread};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;

/// Does `work` on every item, on `threads` threads. Returns what came of each, in input
/// order.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0.
pub fn settle<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> Result<T, E> + Sync,
) -> io::Result<Vec<End<T, E>>> {
    todo!()
}
