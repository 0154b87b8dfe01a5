//! What was returned of the parts comes as they end.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

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
    let ended = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for (first, part) in parts {
            let (ended, values) = (&ended, &values);
            scope.spawn(move || {
                let end = catch_unwind(AssertUnwindSafe(|| values(first, part)));
                ended.lock().expect("no panic is in the lock").push(end);
            });
        }
    });
    Ok(ended.into_inner().expect("as above"))
}
