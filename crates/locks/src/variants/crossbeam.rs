//! An owner: one thread has the counter to itself, and each worker is a thread that sends
//! it increments through a bounded channel.
//!
//! # What to notice
//! - Nothing is shared but the channel: a worker's panic cannot happen amid an increment,
//!   for no code of a worker runs there.
//! - The owner ends by itself: `for` over the receiver stops once the last sender is
//!   dropped, by a worker's panic too.
//! - A full channel makes the workers wait: back-pressure, and flat memory.
//!
//! # When not to use this
//! For work as small as an addition: a message costs more than a lock. It pays once the
//! owner has more to do than that, or must do it on one thread.

use std::{io, thread};

use anyhow::Result;
use crossbeam_channel::bounded;
use test_fixtures::Outcome;

use crate::{Counter, Job, Output};

/// Increments that may be under way at once.
const CAPACITY: usize = 1024;

/// Counts with a thread a worker and one more that owns the counter.
pub fn run(job: &Job) -> Result<Output> {
    let (sender, receiver) = bounded(CAPACITY);
    let (counter, outcomes) = thread::scope(|scope| {
        let thread = thread::Builder::new().name("owner".to_owned());
        let owner = thread.spawn_scoped(scope, || {
            let mut counter = Counter::default();
            for () in receiver {
                counter.increment(|| ());
            }
            counter
        })?;
        let threads = (0..job.workers.get())
            .map(|worker| {
                let sender = sender.clone();
                let thread = thread::Builder::new().name(format!("worker {worker}"));
                thread.spawn_scoped(scope, move || {
                    for nth in 0..job.increments {
                        job.work(worker, nth);
                        sender.send(()).expect("the owner outlives the workers");
                    }
                    Outcome::Ok(None)
                })
            })
            .collect::<io::Result<Vec<_>>>()?;
        drop(sender);
        let outcomes = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(Outcome::from));
        let outcomes = outcomes.collect();
        let counter = owner.join().expect("the owner only counts");
        io::Result::Ok((counter, outcomes))
    })?;
    Ok(Output {
        poisoned: false,
        counter,
        outcomes,
    })
}
