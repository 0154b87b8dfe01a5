//! One array, filled in place by rayon.
//!
//! Cut the array into chunks, and have a pool of `workers` threads fill them: `values` is
//! called with the place of the chunk's first element and the chunk. Return what it returned
//! of each, in order; where it panicked, that is the chunk's outcome.
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
//! `par_chunks_mut` is in `rayon::prelude`. `ThreadPoolBuilder::build_scoped` makes a pool that
//! may borrow. 65,536 elements are a good chunk. rayon raises a panic again for the caller,
//! unless it is caught where it happens.

use std::thread;

use rayon::ThreadPoolBuildError;

/// Fills the array in place, `workers` chunks at once: `values` is handed a chunk with
/// the place of its first element. Returns what it returned of each, in order: a panic is
/// an error, and that chunk is not whole.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// There is no worker.
pub fn fill<T: Send, S: Send>(
    array: &mut [T],
    workers: usize,
    values: impl Fn(usize, &mut [T]) -> S + Sync,
) -> Result<Vec<thread::Result<S>>, ThreadPoolBuildError> {
    todo!()
}
