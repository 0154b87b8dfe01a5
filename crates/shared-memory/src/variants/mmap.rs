//! One memory in several processes: a memfd that each worker maps its own part of.
//!
//! The workers' standard input is the memory itself. What comes back is a sum and an exit.
//!
//! # What to notice
//! - Nothing is sent, and nothing is safe by itself: that parts don't overlap is an agreement
//!   between processes, where in `std_only` the compiler knew. `memory.rs` says what a mapping
//!   may be read as, and holds the only two `unsafe` blocks that this takes.
//! - Reserved, then touched: without the pages a touch is SIGBUS, `reserve` is an error.
//! - `freeze` asks the kernel whether anybody could still write. Only then is it a `&[f64]`.
//!
//! # When not to use this
//! Where threads would do: `std_only` needs no process, no seal and no agreement. This is for
//! code that must be killed, may crash, or isn't Rust.

use anyhow::Result;

use crate::{
    Job, Output,
    memory::{Memory, Part},
    worker::{self, Order, Worker},
};

/// Has the array filled by worker processes, in place.
pub fn run(job: &Job) -> Result<Output> {
    let memory = Memory::new(job.n)?;
    let mut workers = Vec::new();
    for (number, part) in job.parts().enumerate() {
        memory.reserve(&part)?;
        workers.push(Worker::start(
            job,
            "mmap",
            (number, part),
            memory.handle()?,
        )?);
    }
    let sums = workers.into_iter().map(Worker::finish);
    let sum = sums.sum::<Result<f64>>()?;
    Ok(Output::new(sum, memory.freeze()?))
}

/// What each worker does.
pub(crate) fn work(order: &Order) -> Result<f64> {
    let range = order.part();
    let mut part = Part::map(&worker::shared()?, &range)?;
    Ok(order.job.fill_untold(range.start, &mut part))
}
