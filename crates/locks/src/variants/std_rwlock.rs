//! `std::sync::RwLock`: each worker is a thread; readers hold the lock together, a writer
//! holds it alone. On Linux one word counts the readers, with a bit each for readers and for
//! writers that wait (std 1.95, library/std/src/sys/sync/rwlock/futex.rs).
//!
//! # What to notice
//! - Readers run side by side, so the value must be `Sync`; under a `Mutex` it need not be.
//!   The guard of `read` lends it as `&T`, that of `write` as `&mut T`.
//! - `read` blocks once a writer waits, although only readers hold the lock: a stream of
//!   readers does not starve a writer. The documentation promises no such order.
//! - A reader adds one to the word and takes one off, so readers still pull one cache line
//!   to and fro. Only a writer's panic poisons.
//!
//! # When not to use this
//! For reads that are shorter than it takes to lock: that readers may be in together is then
//! of little use; measure it beside a `Mutex`. And never ask for a second `read` while you
//! hold one: between the two a writer may come to wait, and then neither goes on.

use anyhow::Result;

use crate::{Counter, Job, Output, Witness};

/// Counts with one thread per worker and a lock that readers share.
pub fn run(job: &Job) -> Result<Output> {
    let witness = Witness::of(job);
    let (counter, ended) = count(
        job.workers.get(),
        job.increments,
        job.reads,
        Counter::default(),
        witness.read(),
        witness.increment(),
    )?;
    Ok(Output::poisoning(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.

use std::{
    io,
    sync::{LockResult, OnceLock, PoisonError, RwLock},
    thread,
};

/// How a worker ended: it panicked, or found the lock poisoned, or did all its
/// increments. The value is what its last increment returned.
pub type Ended<R> = thread::Result<LockResult<Option<R>>>;

/// Has each worker do `work` on one value `increments` times, alone with it, and before
/// each of them `read` it `reads` times, beside other readers.
/// Returns the value, and how each worker ended: a panic is that worker's error, and
/// poison for all who lock after it.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count<T: Send + Sync, R: Send>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Sync,
    work: impl Fn(&mut T, usize, u64) -> R + Sync,
) -> io::Result<(LockResult<T>, Vec<Ended<R>>)> {
    assert!(workers > 0, "there is no worker");
    let value = RwLock::new(value);
    // The number of turns, or 0 if a thread failed to start.
    let turns = OnceLock::new();
    let ended: Vec<_> = thread::scope(|scope| {
        let threads = (0..workers).map(|worker| {
            let (value, turns, read, work) = (&value, &turns, &read, &work);
            let thread = thread::Builder::new().name(format!("worker {worker}"));
            thread.spawn_scoped(scope, move || {
                let mut last = None;
                for nth in 0..*turns.wait() {
                    for _ in 0..reads {
                        let Ok(value) = value.read() else {
                            return Err(PoisonError::new(last));
                        };
                        read(&value, worker, nth);
                    }
                    let Ok(mut value) = value.write() else {
                        return Err(PoisonError::new(last));
                    };
                    last = Some(work(&mut value, worker, nth));
                }
                Ok(last)
            })
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        turns.get_or_init(|| if threads.is_ok() { increments } else { 0 });
        // All are joined: a scope raises the panic of a thread that nobody joined.
        let ends = threads?.into_iter().map(|thread| thread.join());
        io::Result::Ok(ends.collect())
    })?;
    Ok((value.into_inner(), ended))
}
