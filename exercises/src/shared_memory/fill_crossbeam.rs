//! One array, filled in place by threads that take chunks from a channel.
//!
//! Cut the array into chunks, put them into a channel, and have `workers` threads take them:
//! `values` is called with the place of the chunk's first element and the chunk. Return what
//! it returned of each, in order; where it panicked, that is the chunk's outcome.
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
//! A `crossbeam_channel::Receiver` can be cloned, and is an iterator that ends when the last
//! sender is dropped. 65,536 elements are a good chunk.

use std::{io, thread};

/// Fills the array in place, `workers` chunks at once: `values` is handed a chunk with
/// the place of its first element. Returns what it returned of each, in order: a panic is
/// an error, and that chunk is not whole.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
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
