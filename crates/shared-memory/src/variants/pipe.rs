//! The queue's way: each worker process writes its squares to a pipe, and a thread here reads
//! them into the array.
//!
//! # What to notice
//! - Every square is copied twice, into the kernel and out of it, and the array's pages are
//!   still to be touched here: compare the time with `mmap`.
//! - The read goes straight to its place in the array: any bytes are valid doubles.
//! - A pipe is its own back-pressure: 64 KiB are on their way, then the worker waits.
//!
//! # When not to use this
//! For arrays. It is right for results that are small beside the work, and for workers that
//! one does not trust with one's memory.

use std::{
    io::{self, Read, Write},
    ops::Range,
    thread,
};

use anyhow::Result;
use zerocopy::IntoBytes;

use crate::{
    Job, Output,
    room::zeroed,
    worker::{self, Order, Worker},
};

/// Has squares made by worker processes, and reads them into the array.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let parts = job.parts().zip(array.chunks_mut(job.share()));
    let sum = thread::scope(|scope| {
        let readers = parts.enumerate().map(|(number, (range, part))| {
            thread::Builder::new()
                .name(format!("reader {number}"))
                .spawn_scoped(scope, move || receive(job, (number, range), part))
        });
        let readers = readers.collect::<io::Result<Vec<_>>>()?;
        let sums = readers.into_iter().map(|reader| reader.join());
        sums.map(|sum| sum.expect("a reader does not panic"))
            .sum::<Result<f64>>()
    })?;
    Ok(Output::new(sum, array))
}

/// Reads one worker's squares into its part of the array.
fn receive(job: &Job, range: (usize, Range<usize>), part: &mut [f64]) -> Result<f64> {
    let (mut reader, writer) = io::pipe()?;
    let worker = Worker::start(job, "pipe", range, writer.into())?;
    let read = reader.read_exact(part.as_mut_bytes());
    // How a worker ended says more than that its pipe did.
    let sum = worker.finish()?;
    read?;
    Ok(sum)
}

/// What each worker does.
pub(crate) fn work(order: &Order) -> Result<f64> {
    let mut pipe = worker::shared()?;
    let mut squares = vec![0.0; order.job.batch.get()];
    let mut sum = 0.0;
    for range in order.messages() {
        let squares = &mut squares[..range.len()];
        sum += order.job.fill_untold(range.start, squares);
        pipe.write_all(squares.as_bytes())?;
    }
    Ok(sum)
}
