//! A stream of records through shared memory: each worker process pushes its squares into
//! a bounded ring, and a thread here pops them into the array.
//!
//! # What to notice
//! - The program is `pipe`'s; what differs is that no record goes through the kernel. It
//!   is asked only when one side has to sleep (`atomic_ring.rs`). A slot is an atomic of
//!   64 bits, so records are doubles, and not of any type.
//! - A pipe's end is seen by its reader. A ring whose worker has ended looks like one
//!   that will be filled soon: so the caller waits for the worker, and closes it.
//! - A ring has no idea of bytes or ends of messages: `batch` is only how often it is
//!   said that there is more.
//!
//! # When not to use this
//! For an array: `mmap` fills it in place. For large messages: a pipe copies them as
//! fast.

use anyhow::Result;

use crate::{
    Job, Output,
    work::{Order, zeroed},
};

/// Has squares made by worker processes, and pops them into the array.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let workers = fill(&mut array, job.workers.get(), |part| {
        job.worker("ring", part)
    })?;
    Ok(Output::new(job.sum(workers)?, array))
}

/// In a worker: makes the squares of its part, and returns their sum.
pub(crate) fn work(order: &Order) -> Result<f64> {
    let (part, batch) = (order.part.clone(), order.job.batch.get());
    let mut sum = 0.0;
    fill_part(part, batch, |first, squares| {
        sum += order.job.fill_unrecorded(first, squares);
    })?;
    Ok(sum)
}

// The lesson: everything below can be taken home.
// It needs crossbeam-utils, memmap2, rustix (fs, thread).
// It comes with atomic_ring.rs, futex.rs, memfd.rs, shared_ring.rs, worker.rs.

use std::{
    io,
    ops::Range,
    process::{self, Command},
    sync::Arc,
    thread,
};

use super::{
    shared_ring::SharedRing,
    worker::{self, Worker},
};

/// Has the array filled, one part per worker process: `worker` makes the command that
/// calls [`fill_part`] on a part. Returns how each of them ended, in order, with what it
/// wrote to standard output: where one failed, its part is not whole.
///
/// # Errors
/// The system starts no more threads or processes, or a ring can't be had; all of them
/// have ended.
///
/// # Panics
/// There is no worker.
pub fn fill(
    array: &mut [f64],
    workers: usize,
    worker: impl Fn(Range<usize>) -> io::Result<Command>,
) -> io::Result<Vec<process::Output>> {
    assert!(workers > 0, "there is no worker");
    let share = array.len().div_ceil(workers).max(1);
    let parts = (0..).step_by(share).zip(array.chunks_mut(share));
    thread::scope(|scope| {
        let readers = parts.enumerate().map(|(number, (first, part))| {
            let ring = Arc::new(SharedRing::new()?);
            let closing = Closing(Arc::clone(&ring));
            let worker = worker(first..first + part.len())?;
            let worker = Worker::start(worker, ring.share()?)?;
            let thread = thread::Builder::new().name(format!("reader {number}"));
            let thread = thread.spawn_scoped(scope, move || receive(&ring, part))?;
            Ok((thread, worker, closing))
        });
        // Where one can't be started, all workers are killed, and the rings are closed.
        let readers = readers.collect::<io::Result<Vec<_>>>()?;
        let ends = readers.into_iter().map(|(reader, worker, closing)| {
            let end = worker.finish()?;
            drop(closing);
            let read = reader.join().expect("reading does not panic");
            // How a worker failed says more than that its ring is empty.
            if end.status.success() {
                read?;
            }
            Ok(end)
        });
        ends.collect()
    })
}

/// Closes a ring when it is dropped: then its reader ends after the last record.
struct Closing(Arc<SharedRing>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Pops one worker's values into its part of the array, until the ring is closed.
fn receive(ring: &SharedRing, part: &mut [f64]) -> io::Result<()> {
    let mut filled = 0;
    while filled < part.len() {
        match ring.pop(&mut part[filled..]) {
            0 => {
                let why = format!("{filled} values of {}", part.len());
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            }
            count => filled += count,
        }
    }
    // Further records are dropped, so that no worker waits to push them.
    while ring.pop(&mut [0.0; 64]) > 0 {}
    Ok(())
}

/// In a worker: makes its part of the array, and pushes it into the ring on standard
/// input. `values` is handed room for a batch at a time, with the place of its first
/// element.
///
/// # Errors
/// There is no ring, or it can't be mapped.
pub fn fill_part(
    part: Range<usize>,
    batch: usize,
    mut values: impl FnMut(usize, &mut [f64]),
) -> io::Result<()> {
    let ring = SharedRing::map(worker::shared()?)?;
    let mut room = vec![0.0; batch];
    for first in part.clone().step_by(batch) {
        let batch = &mut room[..batch.min(part.end - first)];
        values(first, batch);
        ring.push(batch);
    }
    Ok(())
}
