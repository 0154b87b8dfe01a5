//! The chunks are filled by an iterator of the standard library.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

/// How many elements a worker takes at once.
pub const CHUNK: usize = 1 << 16;

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
    assert!(workers > 0, "there is no worker");
    let mut works = array.chunks_mut(CHUNK).enumerate().map(|(index, chunk)| {
        catch_unwind(AssertUnwindSafe(|| values(index * CHUNK, chunk)))
    });
    ThreadPoolBuilder::new()
        .num_threads(workers)
        .build()
        .map(|_| works.by_ref().collect())
}
