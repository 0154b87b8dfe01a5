//! Each thread is joined before the next one is started.

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
    assert!(workers > 0, "there is no worker");
    let share = array.len().div_ceil(workers).max(1);
    let parts = (0..).step_by(share).zip(array.chunks_mut(share));
    thread::scope(|scope| {
        let values = &values;
        let ends =
            parts.map(|(first, part)| scope.spawn(move || values(first, part)).join());
        Ok(ends.collect())
    })
}
