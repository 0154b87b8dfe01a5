//! One memory in several processes: a memfd that each worker maps its own part of.
//!
//! The workers' standard input is the memory itself. What comes back is a report and an
//! exit.
//!
//! # What to notice
//! - Nothing is sent, and the compiler checks nothing: that parts don't overlap is an
//!   agreement between processes, where in `std_only` the compiler knew. So `fill_part`
//!   is `unsafe`: its caller knows of the agreement. `memory.rs` says what a mapping may
//!   be read as.
//! - Reserved, then touched: `reserve` hands a stretch out when its pages are there.
//!   Without it, a page that the machine lacks is no error but SIGBUS.
//! - `freeze` asks the kernel whether any process could still write. Only if none can is
//!   it a `&[T]`.
//!
//! # When not to use this
//! Where threads would do: `std_only` needs no process, no seal and no agreement. This is
//! for code that must be killed, may crash, or isn't Rust.

use anyhow::Result;

use crate::{
    Job, Output,
    work::{Order, ensure_room},
};

/// Has the array filled by worker processes, in place.
pub fn run(job: &Job) -> Result<Output> {
    ensure_room(job.n)?;
    let array = Memory::<f64>::new(job.n)?;
    let workers = fill(&array, job.workers.get(), |part| job.worker("mmap", part))?;
    Ok(Output::new(job.sum(workers)?, array.freeze()?))
}

/// In a worker: fills its part with squares, and returns their sum.
pub(crate) fn work(order: &Order) -> Result<f64> {
    let mut sum = 0.0;
    let values = |first, stretch: &mut [f64]| {
        sum += order.job.fill_unrecorded(first, stretch);
    };
    // SAFETY: parts don't overlap, each is one worker's order, and `run` looks at the array
    // when all workers have ended.
    unsafe { fill_part(order.part.clone(), values) }?;
    Ok(sum)
}

// The lesson: everything below can be taken home.
// It needs memmap2, rustix (fs), zerocopy.
// It comes with memfd.rs, memory.rs, worker.rs.

use std::{
    io,
    ops::Range,
    process::{self, Command},
};

use zerocopy::{FromBytes, IntoBytes, KnownLayout};

use super::{
    memory::{Memory, Part},
    worker::{self, Worker},
};

/// How many elements a worker reserves at once.
pub const CHUNK: usize = 1 << 16;

/// Has the array filled in place, one part per worker process: `worker` makes the command
/// that calls [`fill_part`] on a part. Returns how each of them ended, in order, with
/// what it wrote to standard output: where one failed, its part is not whole.
///
/// # Errors
/// The system starts no more processes, or the report of one can't be read;
/// all of them have ended.
///
/// # Panics
/// There is no worker.
pub fn fill<T>(
    array: &Memory<T>,
    workers: usize,
    worker: impl Fn(Range<usize>) -> io::Result<Command>,
) -> io::Result<Vec<process::Output>> {
    assert!(workers > 0, "there is no worker");
    let share = array.len().div_ceil(workers).max(1);
    let parts = (0..array.len())
        .step_by(share)
        .map(|first| first..array.len().min(first + share));
    let workers = parts.map(|part| Worker::start(worker(part)?, array.share()?));
    // All are started before the first is waited for.
    let workers = workers.collect::<io::Result<Vec<_>>>()?;
    workers.into_iter().map(Worker::finish).collect()
}

/// In a worker: fills its part of the array that is its standard input. `values` is
/// handed a stretch at a time, with the place of its first element.
///
/// # Errors
/// Standard input is no such array, or the machine lacks the memory for it.
///
/// # Safety
/// Until this returns, nobody else reads or writes the elements of this part, in this
/// process or in another.
pub unsafe fn fill_part<T>(
    part: Range<usize>,
    mut values: impl FnMut(usize, &mut [T]),
) -> io::Result<()>
where
    T: FromBytes + IntoBytes + KnownLayout,
{
    let array = worker::shared()?;
    // SAFETY: the part is this worker's alone, as the caller promises.
    let mut mapped = unsafe { Part::map(&array, &part) }?;
    for first in part.clone().step_by(CHUNK) {
        let stretch = first..part.end.min(first + CHUNK);
        values(first, mapped.reserve(&stretch)?);
    }
    Ok(())
}
