//! `par_chunks_mut`: chunks are the items of a parallel iterator, and idle threads steal half
//! of what another has left.
//!
//! # What to notice
//! - The job is one expression; take `par_` away, and it is the sequential program.
//! - `sum` adds in the order of the splits, which depends on who stole what: the last digits
//!   may differ from run to run. Collect the chunks' sums and add them up where they must not.
//! - A pool of its own obeys the job; the global one has a thread a core. `build_scoped`
//!   waits for its threads to end, which a pool that is dropped does not. A panic in one of
//!   them comes out of `install`.
//!
//! # When not to use this
//! For a single array that is filled in less than the tens of microseconds a pool needs to
//! wake.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, anyhow};
use rayon::{ThreadPoolBuilder, prelude::*};
use test_fixtures::panic_message;

use crate::{CHUNK, Job, Output, room::zeroed};

/// Fills the array with a pool's threads, chunk by chunk.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let chunks = array.par_chunks_mut(CHUNK).enumerate();
    let sums = chunks.map(|(index, chunk)| job.fill(index * CHUNK, chunk));
    let sum = ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .thread_name(|number| format!("worker {number}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| catch_unwind(AssertUnwindSafe(|| pool.install(|| sums.sum()))),
        )?
        .map_err(|panic| anyhow!("a worker panicked: {}", panic_message(&*panic)))?;
    Ok(Output::new(sum, array))
}
