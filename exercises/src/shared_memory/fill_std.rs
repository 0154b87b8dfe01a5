//! One array, filled in place by several threads.
//!
//! Cut the array into as many parts as there are workers, no more, the last of which may be
//! shorter.
//! On a thread for each, call `values` with the place of the part's first element and the
//! part. Return what it returned of each, in order; where it panicked, that is the part's
//! outcome.
//!
//! In Python:
//! ```python
//! def fill(array, workers, values):
//!     share = max(1, -(-len(array) // workers))
//!     parts = [array[first : first + share] for first in range(0, len(array), share)]
//!     with ThreadPoolExecutor(workers) as pool:
//!         return list(pool.map(values, range(0, len(array), share), parts))
//! ```
//! where `array` is a `numpy` array, so that a part is a view.
//!
//! `chunks_mut` cuts a slice into parts that don't overlap, so the compiler lets each thread
//! write to its own. Think of an array that the workers don't divide, and of one without any
//! elements.

use std::{io, thread};

/// Fills the array in place, one part per worker: `values` is handed a part with the
/// place of its first element. Returns what it returned of each, in order: a panic is an
/// error, and that part is not whole.
///
/// # Errors
/// The system starts no more threads; `values` was not called.
///
/// # Panics
/// There is no worker.
pub fn fill<T: Send, S: Send>(
    array: &mut [T],
    workers: usize,
    values: impl Fn(usize, &mut [T]) -> S + Sync,
) -> io::Result<Vec<thread::Result<S>>> {
    todo!()
}
