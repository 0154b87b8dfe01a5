//! Chunks over a channel: each thread takes the next one when it is done with the last.
//!
//! # What to notice
//! - What is sent is a place and a `&mut [T]`, 24 bytes: the right to fill a stretch, not
//!   the stretch.
//! - A thread that is fast takes more, so it doesn't matter which chunks are slow.
//! - Chunks end in any order; sorted by their first element, they are added up in the
//!   same order in every run.
//!
//! # When not to use this
//! Where all stretches take the same time: one part per thread, as in `std_only`, sends
//! nothing.

use anyhow::Result;

use crate::{
    Job, Output,
    work::{sum, zeroed},
};

/// Fills the array with threads that take chunks from a channel.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let squares = |first, stretch: &mut [f64]| job.fill(first, stretch);
    let sums = fill(&mut array, job.workers.get(), squares)?;
    Ok(Output::new(sum(sums)?, array))
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use crossbeam_channel::unbounded;

/// How many elements a worker takes at once.
pub const CHUNK: usize = 1 << 16;

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
    assert!(workers > 0, "there is no worker");
    let (give, taken) = unbounded();
    let (done, ends) = unbounded();
    thread::scope(|scope| {
        for (index, chunk) in array.chunks_mut(CHUNK).enumerate() {
            if index < workers {
                let (taken, done, values) = (taken.clone(), done.clone(), &values);
                let thread = thread::Builder::new().name(format!("worker {index}"));
                thread.spawn_scoped(scope, move || {
                    for (first, chunk) in taken {
                        let end = catch_unwind(AssertUnwindSafe(|| values(first, chunk)));
                        done.send((first, end)).expect("the caller waits");
                    }
                })?;
            }
            give.send((index * CHUNK, chunk))
                .expect("`taken` is the receiver");
        }
        drop((give, done));
        io::Result::Ok(())
    })?;
    let mut ended: Vec<_> = ends.into_iter().collect();
    ended.sort_unstable_by_key(|(first, _)| *first);
    Ok(ended.into_iter().map(|(_, end)| end).collect())
}
