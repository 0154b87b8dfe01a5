//! `thread::scope` and `chunks_mut`: the array is cut into parts that don't overlap, and
//! each thread borrows one.
//!
//! # What to notice
//! - `chunks_mut` is the whole proof: each part is a `&mut` of its own, so no lock is
//!   needed, and the compiler refuses a thread that reaches beyond its part.
//! - `zeroed` gives untouched pages; each is made by the thread that fills
//!   it. A `vec![1.0; n]` would touch them all here, on one core, before the first
//!   thread.
//! - Each worker has one part, and the parts' sums are added in their order: how many
//!   workers there are decides the last digits.
//!
//! # When not to use this
//! Where stretches take different times: a part is cut once, and no thread takes over what
//! is left of another's.

use anyhow::Result;

use crate::{
    Job, Output,
    work::{sum, zeroed},
};

/// Fills the array with one thread per part.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let squares = |first, stretch: &mut [f64]| job.fill(first, stretch);
    let sums = fill(&mut array, job.workers.get(), squares)?;
    Ok(Output::new(sum(sums)?, array))
}

// The lesson: everything below can be taken home.

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
        let parts = (0..).step_by(share).zip(array.chunks_mut(share));
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
