//! Chunks over a channel: each thread takes the next one when it is done with the last.
//!
//! # What to notice
//! - What is sent is a `&mut [f64]`, 16 bytes: the right to fill a stretch, not the stretch.
//! - Whoever is fast takes more, so it doesn't matter which chunks are slow.
//! - Which thread adds which chunks up is chance, and so are the last digits of the sum.
//!
//! # When not to use this
//! Where all stretches take the same time: a part a thread, as in `std_only`, sends nothing.

use std::{io, thread};

use anyhow::{Result, anyhow};
use crossbeam_channel::unbounded;
use test_fixtures::panic_message;

use crate::{CHUNK, Job, Output, room::zeroed};

/// Fills the array with threads that take chunks from a channel.
pub fn run(job: &Job) -> Result<Output> {
    let mut array = zeroed(job.n)?;
    let sum = thread::scope(|scope| {
        let (sender, chunks) = unbounded();
        for (first, chunk) in (0..).step_by(CHUNK).zip(array.chunks_mut(CHUNK)) {
            sender
                .send((first, chunk))
                .expect("`chunks` is the receiver");
        }
        drop(sender);
        let workers = (0..job.workers.get()).map(|number| {
            let chunks = chunks.clone();
            thread::Builder::new()
                .name(format!("worker {number}"))
                .spawn_scoped(scope, move || {
                    let sums = chunks
                        .into_iter()
                        .map(|(first, chunk)| job.fill(first, chunk));
                    sums.sum::<f64>()
                })
        });
        let workers = workers.collect::<io::Result<Vec<_>>>()?;
        // All are joined before the first panic ends the sum: a scope raises one that nobody
        // has joined.
        let sums: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        sums.into_iter()
            .sum::<thread::Result<f64>>()
            .map_err(|panic| anyhow!("a worker panicked: {}", panic_message(&*panic)))
    })?;
    Ok(Output::new(sum, array))
}
