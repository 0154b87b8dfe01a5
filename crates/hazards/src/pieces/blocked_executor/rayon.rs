//! As many blocking items as the pool has threads, beside short ones that come by and by.
//!
//! # What to notice
//! - A pool's thread that sleeps or reads computes nothing, and rayon starts no other.
//! - The heart is a thread that hands one short item after the other to the pool.
//! - What waits belongs on threads of its own, as many as may wait at once.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use anyhow::Result;
use rayon::ThreadPoolBuilder;

use crate::{Job, work};

/// Blocks the pool's own threads.
pub fn failing(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    let beating = AtomicBool::new(true);
    ThreadPoolBuilder::new().num_threads(workers).build_scoped(
        |thread| thread.run(),
        |pool| {
            thread::scope(|scope| {
                scope.spawn(|| {
                    while beating.load(Relaxed) {
                        pool.install(work::beat);
                        thread::sleep(work::PERIOD);
                    }
                });
                thread::sleep(work::PERIOD * 2);
                pool.in_place_scope(|scope| {
                    for _ in 0..workers {
                        scope.spawn(|_| work::block(time));
                    }
                });
                thread::sleep(work::PERIOD * 2);
                beating.store(false, Relaxed);
            });
        },
    )?;
    Ok(workers as u64)
}

/// Blocks threads that are there for it.
pub fn cure(job: &Job) -> Result<u64> {
    let (workers, time) = (job.workers.get(), job.block());
    let beating = AtomicBool::new(true);
    ThreadPoolBuilder::new().num_threads(workers).build_scoped(
        |thread| thread.run(),
        |pool| {
            thread::scope(|scope| {
                scope.spawn(|| {
                    while beating.load(Relaxed) {
                        pool.install(work::beat);
                        thread::sleep(work::PERIOD);
                    }
                });
                thread::sleep(work::PERIOD * 2);
                thread::scope(|scope| {
                    for _ in 0..workers {
                        scope.spawn(|| work::block(time));
                    }
                });
                thread::sleep(work::PERIOD * 2);
                beating.store(false, Relaxed);
            });
        },
    )?;
    Ok(workers as u64)
}
