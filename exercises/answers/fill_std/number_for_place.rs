//! A part is handed its number, and not the place of its first element.

use std::{io, sync::OnceLock, thread};

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
    // Whether each fills its part: none does, if one of them can't be started.
    let turn = OnceLock::<bool>::new();
    thread::scope(|scope| {
        let parts = (0..).zip(array.chunks_mut(share));
        let threads = parts.enumerate().map(|(worker, (first, part))| {
            let (turn, values) = (&turn, &values);
            let thread = thread::Builder::new().name(format!("worker {worker}"));
            thread.spawn_scoped(scope, move || turn.wait().then(|| values(first, part)))
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        turn.get_or_init(|| threads.is_ok());
        // All are joined: a scope raises the panic of a thread that nobody joined.
        let ends = threads?
            .into_iter()
            .filter_map(|thread| thread.join().transpose());
        Ok(ends.collect())
    })
}
