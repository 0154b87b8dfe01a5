//! An owner: one thread has the value to itself, and each worker is a thread that sends
//! it increments through a bounded channel.
//!
//! # What to notice
//! - Nothing is shared but the channel: the work is done before the send, so a worker's
//!   panic cannot happen amid an increment.
//! - The owner ends by itself: `for` over the receiver stops once the last sender is
//!   dropped, by a worker's panic too.
//! - A full channel makes the workers wait: back-pressure, and flat memory.
//!
//! # When not to use this
//! For work as small as an addition: a message costs more than a lock. It pays once the
//! owner has more to do than that, or must do it on one thread.

use anyhow::Result;

use crate::{Counter, Increment, Job, Output};

/// Counts with one thread per worker and one more that owns the counter.
pub fn run(job: &Job) -> Result<Output> {
    let job = *job;
    let increment = move |worker, nth| {
        job.work(worker, nth);
        Increment
    };
    let (counter, ended) = count(
        job.workers.get(),
        job.increments,
        Counter::default(),
        increment,
    )?;
    let ended = ended.into_iter().map(|end| end.map(|()| None));
    Ok(Output::new(counter, ended))
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel.

use std::{io, ops::AddAssign, panic::resume_unwind, thread};

use crossbeam_channel::bounded;

/// Increments that may be under way at once.
const CAPACITY: usize = 1024;

/// Has each worker send what `work` returns to the owner of one value, `increments`
/// times; the owner adds it. Returns the value, and how each worker ended: a panic is
/// that worker's error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// The addition panics; all threads have ended.
pub fn count<T: AddAssign<I> + Send, I: Send>(
    workers: usize,
    increments: u64,
    mut value: T,
    work: impl Fn(usize, u64) -> I + Sync,
) -> io::Result<(T, Vec<thread::Result<()>>)> {
    let (sender, receiver) = bounded(CAPACITY);
    let (value, ended): (_, Vec<_>) = thread::scope(|scope| {
        let thread = thread::Builder::new().name("owner".to_owned());
        let owner = thread.spawn_scoped(scope, move || {
            for increment in receiver {
                value += increment;
            }
            value
        })?;
        let threads = (0..workers).map(|worker| {
            let (sender, work) = (sender.clone(), &work);
            let thread = thread::Builder::new().name(format!("worker {worker}"));
            thread.spawn_scoped(scope, move || {
                for nth in 0..increments {
                    if sender.send(work(worker, nth)).is_err() {
                        // The owner has panicked, as the caller will see.
                        break;
                    }
                }
            })
        });
        let threads: Vec<_> = threads.collect();
        drop(sender);
        // All are joined: a scope raises the panic of a thread that was not.
        let ends = threads.into_iter().map(|thread| Ok(thread?.join()));
        let ended = ends.collect();
        let value = owner.join().unwrap_or_else(|panic| resume_unwind(panic));
        io::Result::Ok((value, ended))
    })?;
    let ended = ended.into_iter().collect::<io::Result<_>>()?;
    Ok((value, ended))
}
