//! `arc_swap::ArcSwap`: each worker is a thread; a pointer to a value that never changes, and
//! a writer swaps the pointer (read, copy, update).
//!
//! # What to notice
//! - No reader blocks: `load` notes in a slot of its own thread which value it reads, and
//!   shares nothing with other readers. It keeps that value although it may be replaced.
//! - A writer copies the value, changes the copy and swaps the pointer, unless another writer
//!   was faster: then it does so again, work included. So the value must be `Clone`.
//! - A writer looks through the slots of all threads that have ever read (arc-swap 1.9,
//!   src/debt/mod.rs, pay_all). A panic leaves the old value: nothing is half-done.
//!
//! # When not to use this
//! When writes are frequent, or a copy is large: it is for what is read all the time and
//! replaced now and then, such as a configuration.

use anyhow::Result;

use crate::{Counter, Job, Output, Witness};

/// Counts with one thread per worker and a pointer that is swapped.
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
// It needs arc-swap.

use std::{
    io,
    sync::{Arc, OnceLock},
    thread,
};

use arc_swap::ArcSwap;

/// Has each worker do `work` on a copy of one value and put it in its place, `increments`
/// times, and before each of them `read` the value `reads` times.
/// Where another worker has replaced the value meanwhile, `work` is done again on a new
/// copy.
/// Returns the value, and what each worker's last increment returned: a panic is that
/// worker's error.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count<T: Clone + Send + Sync, R: Send>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Sync,
    work: impl Fn(&mut T, usize, u64) -> R + Sync,
) -> io::Result<(T, Vec<thread::Result<Option<R>>>)> {
    assert!(workers > 0, "there is no worker");
    let value = ArcSwap::from_pointee(value);
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
                        let value = value.load();
                        read(&value, worker, nth);
                    }
                    value.rcu(|value| {
                        let mut value = T::clone(value);
                        last = Some(work(&mut value, worker, nth));
                        value
                    });
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
    let value =
        Arc::into_inner(value.into_inner()).expect("no reader is left that has it");
    Ok((value, ended))
}
