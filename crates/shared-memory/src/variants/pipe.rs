//! The queue's way: each worker process writes its squares to a pipe, and a thread here
//! reads them into the array.
//!
//! # What to notice
//! - Every square is copied twice, into the kernel and out of it, and the array's pages
//!   are still to be touched here: compare the time with `mmap`.
//! - The read goes straight to its place in the array: any bytes are valid doubles.
//! - A pipe is its own back-pressure: 64 KiB are on their way, then the worker waits.
//!
//! # When not to use this
//! For arrays. It is right for results that are small beside the work, and for workers
//! that one does not trust with one's memory.

use anyhow::Result;

use crate::{
    Job, Output,
    work::{Order, zeroed},
};

/// Has squares made by worker processes, and reads them into the array.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let workers = fill(&mut array, job.workers.get(), |part| {
        job.worker("pipe", part)
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
// It needs zerocopy.
// It comes with worker.rs.

use std::{
    io::{self, PipeReader, Read, Write},
    ops::Range,
    process::{self, Command},
    thread,
};

use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::worker::{self, Worker};

/// Has the array filled, one part per worker process: `worker` makes the command that
/// calls [`fill_part`] on a part. Returns how each of them ended, in order, with what it
/// wrote to standard output: where one failed, its part is not whole.
///
/// # Errors
/// The system starts no more threads or processes, or a pipe can't be read; all of them
/// have ended.
///
/// # Panics
/// There is no worker.
pub fn fill<T: FromBytes + IntoBytes + Send>(
    array: &mut [T],
    workers: usize,
    worker: impl Fn(Range<usize>) -> io::Result<Command>,
) -> io::Result<Vec<process::Output>> {
    assert!(workers > 0, "there is no worker");
    let share = array.len().div_ceil(workers).max(1);
    let parts = (0..).step_by(share).zip(array.chunks_mut(share));
    thread::scope(|scope| {
        let readers = parts.enumerate().map(|(number, (first, part))| {
            let (reader, writer) = io::pipe()?;
            let worker = worker(first..first + part.len())?;
            let worker = Worker::start(worker, writer)?;
            let thread = thread::Builder::new().name(format!("reader {number}"));
            let thread = thread.spawn_scoped(scope, || receive(reader, part))?;
            Ok((thread, worker))
        });
        // Where one can't be started, all workers are killed, and the others' pipes end.
        let readers = readers.collect::<io::Result<Vec<_>>>()?;
        let ends = readers.into_iter().map(|(reader, worker)| {
            let end = worker.finish()?;
            let read = reader.join().expect("reading does not panic");
            // How a worker failed says more than that its pipe did.
            if end.status.success() {
                read?;
            }
            Ok(end)
        });
        ends.collect()
    })
}

/// Reads one worker's values into its part of the array. One that has more to write is
/// refused, and does not wait.
fn receive<T>(mut reader: PipeReader, part: &mut [T]) -> io::Result<()>
where
    T: FromBytes + IntoBytes,
{
    reader.read_exact(part.as_mut_bytes())
}

/// In a worker: makes its part of the array, and writes it to the pipe on standard input.
/// `values` is handed room for a batch at a time, with the place of its first element.
///
/// # Errors
/// The pipe is closed, or there is none.
pub fn fill_part<T: Copy + Default + IntoBytes + Immutable>(
    part: Range<usize>,
    batch: usize,
    mut values: impl FnMut(usize, &mut [T]),
) -> io::Result<()> {
    let mut pipe = worker::shared()?;
    let mut room = vec![T::default(); batch];
    for first in part.clone().step_by(batch) {
        let batch = &mut room[..batch.min(part.end - first)];
        values(first, batch);
        pipe.write_all(batch.as_bytes())?;
    }
    Ok(())
}
