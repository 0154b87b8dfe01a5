//! One part of the value per worker: each worker is a thread that counts alone, and the
//! parts are added up when all have ended.
//!
//! # What to notice
//! - The compiler sees that each thread borrows a part of its own: no lock, no atomic.
//!   What it asks of the value instead: it can begin at nothing, and be added up.
//! - `CachePadded` keeps two parts off one cache line, which the cores would otherwise
//!   pull to and fro although neither needs the other's.
//! - A panic breaks the worker's own part only, and the join reports whose it was: that
//!   part is left out.
//!
//! # When not to use this
//! When the total is wanted while the workers still count, since a worker that reads sees
//! its own part: then the parts must be atomics, and their sum is never of one moment.

use anyhow::Result;

use crate::{Counter, Job, Output, Witness};

/// Counts with one thread per worker and one part of the counter per worker.
pub fn run(job: &Job) -> Result<Output> {
    let witness = Witness::of(job);
    let increment = job.own_increment();
    let (counter, ended) = count(
        job.workers.get(),
        job.increments,
        job.reads,
        Counter::default(),
        witness.read(),
        increment,
    )?;
    let ended = ended.into_iter().map(|end| end.map(|_| None));
    Ok(Output::new(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.
// It needs crossbeam-utils.

use std::{io, ops::AddAssign, sync::OnceLock, thread};

use crossbeam_utils::CachePadded;

/// Has each worker do `work` on a value of its own `increments` times, and before each of
/// them `read` it `reads` times, and adds them up.
/// Returns the sum, and what each worker's last increment returned: a panic is that
/// worker's error, and its part is lost.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count<T: AddAssign + Default + Send, R: Send>(
    workers: usize,
    increments: u64,
    reads: u64,
    mut value: T,
    read: impl Fn(&T, usize, u64) + Sync,
    work: impl Fn(&mut T, usize, u64) -> R + Sync,
) -> io::Result<(T, Vec<thread::Result<Option<R>>>)> {
    assert!(workers > 0, "there is no worker");
    let mut parts: Vec<CachePadded<T>> = Vec::new();
    parts.resize_with(workers, CachePadded::default);
    // The number of turns, or 0 if a thread failed to start.
    let turns = OnceLock::new();
    let ended: Vec<_> = thread::scope(|scope| {
        let threads = (0..workers).zip(&mut parts).map(|(worker, part)| {
            let (turns, read, work) = (&turns, &read, &work);
            let thread = thread::Builder::new().name(format!("worker {worker}"));
            thread.spawn_scoped(scope, move || {
                let mut last = None;
                for nth in 0..*turns.wait() {
                    for _ in 0..reads {
                        read(part, worker, nth);
                    }
                    last = Some(work(part, worker, nth));
                }
                last
            })
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        turns.get_or_init(|| if threads.is_ok() { increments } else { 0 });
        // All are joined: a scope raises the panic of a thread that nobody joined.
        let ends = threads?.into_iter().map(|thread| thread.join());
        io::Result::Ok(ends.collect())
    })?;
    for (part, _) in parts.into_iter().zip(&ended).filter(|(_, end)| end.is_ok()) {
        value += part.into_inner();
    }
    Ok((value, ended))
}
