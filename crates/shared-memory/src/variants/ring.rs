//! A stream of records through shared memory: each worker process pushes its squares into a
//! bounded ring, and a thread here pops them into the array.
//!
//! # What to notice
//! - The program is `pipe`'s; what differs is that no record goes through the kernel. It is
//!   asked only when one side has to sleep (`ring.rs`).
//! - A pipe's end is seen by whoever reads it. A ring that nobody fills any more looks like
//!   one that will be filled soon: so a thread waits for the worker, and closes the ring.
//! - A ring has no idea of bytes or ends of messages: `--batch` is only how often it is said
//!   that there is more.
//!
//! # When not to use this
//! For an array: `mmap` fills it in place. For large messages: a pipe copies them as fast.

use std::{io, ops::Range, thread};

use anyhow::{Result, ensure};

use crate::{
    Job, Output,
    room::zeroed,
    shared_ring::SharedRing,
    worker::{self, Order, Worker},
};

/// Has squares made by worker processes, and pops them into the array.
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

/// Pops one worker's squares into its part of the array.
fn receive(job: &Job, range: (usize, Range<usize>), part: &mut [f64]) -> Result<f64> {
    let ring = SharedRing::new()?;
    let worker = Worker::start(job, "ring", range, ring.handle()?)?;
    thread::scope(|scope| {
        let ending = scope.spawn(|| {
            let sum = worker.finish();
            ring.close();
            sum
        });
        let mut filled = 0;
        while filled < part.len() {
            match ring.pop(&mut part[filled..]) {
                0 => break,
                count => filled += count,
            }
        }
        let sum = ending.join().expect("waiting does not panic")?;
        ensure!(filled == part.len(), "{filled} squares of {}", part.len());
        Ok(sum)
    })
}

/// What each worker does.
pub(crate) fn work(order: &Order) -> Result<f64> {
    let ring = SharedRing::map(worker::shared()?)?;
    let mut squares = vec![0.0; order.job.batch.get()];
    let mut sum = 0.0;
    for range in order.messages() {
        let squares = &mut squares[..range.len()];
        sum += order.job.fill_untold(range.start, squares);
        ring.push(squares);
    }
    Ok(sum)
}
