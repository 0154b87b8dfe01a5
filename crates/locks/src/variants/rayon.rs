//! Map and add up: each worker is an item of a parallel iterator and counts alone on one
//! of the pool's threads; what they come to is added up at the end.
//!
//! # What to notice
//! - No shared counter, so no lock: the question of who holds what does not arise.
//! - The threads are the pool's, the workers are items: ten thousand workers cost no more
//!   threads than two. `build_scoped` waits for them to end; a pool that is dropped does not.
//! - rayon would raise a worker's panic again in the caller and lose the others' results;
//!   caught within the item it is that worker's outcome, and only its own count is lost.
//!
//! # When not to use this
//! When workers wait for something other than the processor: a waiting item keeps its
//! thread. Or when the job is over in less than the tens of microseconds a pool needs to
//! wake.

use std::panic::catch_unwind;

use anyhow::Result;
use rayon::{ThreadPoolBuilder, prelude::*};
use test_fixtures::Outcome;

use crate::{Counter, Job, Output};

/// Counts with an item and a counter a worker.
pub fn run(job: &Job) -> Result<Output> {
    let workers = (0..job.workers.get()).into_par_iter().map(|worker| {
        let counted = catch_unwind(|| {
            let mut counter = Counter::default();
            for nth in 0..job.increments {
                counter.increment(|| job.work(worker, nth));
            }
            counter
        });
        match counted {
            Ok(counter) => (counter, Outcome::Ok(None)),
            Err(panic) => (Counter::default(), Outcome::from(panic)),
        }
    });
    let (counters, outcomes): (Vec<Counter>, Vec<_>) = ThreadPoolBuilder::new()
        .num_threads(job.threads.get())
        .thread_name(|index| format!("rayon {index}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| workers.unzip()),
        )?;
    Ok(Output {
        poisoned: false,
        counter: counters.into_iter().sum(),
        outcomes,
    })
}
