//! One memory in several processes: a memfd that each worker maps its own part of.
//!
//! The workers' standard input is the memory itself. What comes back is a sum and an exit.
//!
//! # What to notice
//! - Nothing is sent, and nothing is safe by itself: that parts don't overlap is an agreement
//!   between processes, where in `std_only` the compiler knew. `memory.rs` says what a mapping
//!   may be read as, and holds the only two `unsafe` blocks that this takes.
//! - Reserved, then touched: `reserve` hands a stretch out when its pages are there. Without
//!   it, a page that the machine lacks is no error but SIGBUS.
//! - `freeze` asks the kernel whether anybody could still write. Only then is it a `&[f64]`.
//!
//! # When not to use this
//! Where threads would do: `std_only` needs no process, no seal and no agreement. This is for
//! code that must be killed, may crash, or isn't Rust.

use anyhow::Result;

use crate::{
    CHUNK, Job, Output,
    memory::{Memory, Part},
    worker::{self, Order, Worker},
};

/// Has the array filled by worker processes, in place.
pub fn run(job: &Job) -> Result<Output> {
    let memory = Memory::new(job.n)?;
    let workers = job
        .parts()
        .enumerate()
        .map(|part| Worker::start(job, "mmap", part, memory.handle()?));
    let workers = workers.collect::<Result<Vec<_>>>()?;
    let sums = workers.into_iter().map(Worker::finish);
    let sum = sums.sum::<Result<f64>>()?;
    Ok(Output::new(sum, memory.freeze()?))
}

/// What each worker does.
pub(crate) fn work(order: &Order) -> Result<f64> {
    let memory = worker::shared()?;
    let mut part = Part::map(&memory, &order.part())?;
    let mut sum = 0.0;
    for range in order.stretches(CHUNK) {
        sum += order.job.fill_untold(range.start, part.reserve(&range)?);
    }
    Ok(sum)
}
