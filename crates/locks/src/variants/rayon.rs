//! Map and add up: each worker is an item of a parallel iterator and counts alone on one
//! of the pool's threads; the parts are added up at the end.
//!
//! # What to notice
//! - No shared value, so no lock: the question of who holds what does not arise. A worker
//!   that reads sees its own part.
//! - The threads are the pool's, the workers are items: ten thousand workers cost no more
//!   threads than two. `build_scoped` waits for them to end; a pool that is dropped does
//!   not.
//! - rayon would raise a worker's panic again in the caller and lose the others' results;
//!   caught within the item it is that worker's outcome, and only its own part is lost.
//!
//! # When not to use this
//! When workers wait for something other than the processor: a waiting item keeps its
//! thread. Or when the job is over in less time than the threads of a pool take to start:
//! a pool that is kept has only to wake.

use anyhow::Result;
use rayon::ThreadPoolBuilder;

use crate::{Counter, Job, Output, Witness};

/// Counts with one item and one part of the counter per worker.
pub fn run(job: &Job) -> Result<Output> {
    let witness = Witness::of(job);
    let increment = job.own_increment();
    let count = || {
        count(
            job.workers.get(),
            job.increments,
            job.reads,
            Counter::default(),
            witness.read(),
            increment,
        )
    };
    let (counter, ended) = ThreadPoolBuilder::new()
        .num_threads(job.threads.get())
        .thread_name(|index| format!("rayon {index}"))
        .build_scoped(|thread| thread.run(), |pool| pool.install(count))?;
    let ended = ended.into_iter().map(|end| end.map(|_| None));
    Ok(Output::new(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{
    ops::AddAssign,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rayon::prelude::*;

/// Has each worker do `work` on a value of its own `increments` times, and before each of
/// them `read` it `reads` times, and adds them up, on the threads of the pool that it is
/// called in.
/// Returns the sum, and what each worker's last increment returned: a panic is that
/// worker's error, and its part is lost.
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
) -> (T, Vec<thread::Result<Option<R>>>) {
    assert!(workers > 0, "there is no worker");
    // Closures that own their numbers: borrowed ones are looked up at each increment.
    let (read, work) = (&read, &work);
    let works = (0..workers).into_par_iter().map(move |worker| {
        catch_unwind(AssertUnwindSafe(move || {
            let mut part = T::default();
            let mut last = None;
            for nth in 0..increments {
                for _ in 0..reads {
                    read(&part, worker, nth);
                }
                last = Some(work(&mut part, worker, nth));
            }
            (part, last)
        }))
    });
    let parts: Vec<_> = works.collect();
    let ended = parts.into_iter().map(|end| {
        let (part, last) = end?;
        value += part;
        Ok(last)
    });
    let ended = ended.collect();
    (value, ended)
}
