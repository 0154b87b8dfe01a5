//! The global pool has as many threads as the machine has cores.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rayon::{ThreadPoolBuildError, prelude::*};

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
    let works =
        array
            .par_chunks_mut(CHUNK)
            .enumerate()
            .with_max_len(1)
            .map(|(index, chunk)| {
                catch_unwind(AssertUnwindSafe(|| values(index * CHUNK, chunk)))
            });
    Ok(works.collect())
}
