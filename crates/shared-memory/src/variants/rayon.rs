//! `par_chunks_mut`: chunks are the items of a parallel iterator, and idle threads steal
//! half of what another has left.
//!
//! # What to notice
//! - The work is one expression; take `par_` away, and it is the sequential program.
//! - `collect` keeps the chunks' order, whichever thread stole what. `sum` in its place
//!   would add in the order of the splits: the last digits would differ from run to run.
//! - A pool of its own is as wide as the job asks; the global one has a thread for each
//!   core. `build_scoped` waits for its threads to end, which a pool that is dropped does
//!   not (rayon-core 1.13, src/thread_pool/mod.rs, terminate).
//!
//! # When not to use this
//! For a single array that is filled in less time than the threads of a pool take to
//! start: a pool that is kept has only to wake.

use anyhow::Result;

use crate::{
    Job, Output,
    work::{sum, zeroed},
};

/// Fills the array with a pool's threads, chunk by chunk.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let squares = |first, stretch: &mut [f64]| job.fill(first, stretch);
    let sums = fill(&mut array, job.workers.get(), squares)?;
    Ok(Output::new(sum(sums)?, array))
}

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder, prelude::*};

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
    ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|worker| format!("worker {worker}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| works.collect()),
        )
}
