//! `parking_lot::Mutex`: each worker is a thread; one byte of lock, and the queue of
//! those who wait in a table beside it.
//!
//! # What to notice
//! - `lock` gives the guard, not a `Result`: there is no poison to unwrap.
//! - A panic under the lock unlocks it. The caller gets the panic from the join; nothing
//!   says that the value may be half-done, and the other workers go on with it.
//! - A thread that unlocks may lock again before those who wait, and nothing evens that out
//!   (parking_lot 0.13, src/mutex.rs, Mutex, Fairness): `MutexGuard::unlock_fair` hands the
//!   lock to one that waits.
//!
//! # When not to use this
//! When a panic under the lock must not go unnoticed. And std's own lock has long been a
//! futex word: measure before you take on a dependency.

use anyhow::Result;

use crate::{Counter, Job, Output, Witness};

/// Counts with one thread per worker and a lock that does not poison.
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
    Ok(Output::new(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.
// It needs parking_lot.

use std::{io, sync::OnceLock, thread};

use parking_lot::Mutex;

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
/// Returns the value, and what each worker's last increment returned: a panic is that
/// worker's error.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count<T: Send, R: Send>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Sync,
    work: impl Fn(&mut T, usize, u64) -> R + Sync,
) -> io::Result<(T, Vec<thread::Result<Option<R>>>)> {
    assert!(workers > 0, "there is no worker");
    let value = Mutex::new(value);
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
                        let value = value.lock();
                        read(&value, worker, nth);
                    }
                    let mut value = value.lock();
                    last = Some(work(&mut value, worker, nth));
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
    Ok((value.into_inner(), ended))
}
