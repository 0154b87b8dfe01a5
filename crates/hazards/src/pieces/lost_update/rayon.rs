//! A lost update between two halves of a parallel iterator.
//!
//! # What to notice
//! - `for_each` may change what is outside only through something shared: there it begins.
//! - `.map(…).sum()` shares nothing and is the better cure where a result is all one wants.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use anyhow::Result;
use rayon::{ThreadPoolBuilder, prelude::*};

use crate::Job;

/// Counts in three steps, between which another may have counted.
pub fn failing(job: &Job) -> Result<u64> {
    let count = AtomicU64::new(0);
    let increments = (0..job.increments * job.workers.get() as u64).into_par_iter();
    ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .build_scoped(
            |thread| thread.run(),
            |pool| {
                pool.install(|| {
                    increments.for_each(|_| {
                        let seen = count.load(Relaxed);
                        count.store(seen + 1, Relaxed);
                    });
                });
            },
        )?;
    Ok(count.into_inner())
}

/// Counts in one step.
pub fn cure(job: &Job) -> Result<u64> {
    let count = AtomicU64::new(0);
    let increments = (0..job.increments * job.workers.get() as u64).into_par_iter();
    ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .build_scoped(
            |thread| thread.run(),
            |pool| {
                pool.install(|| {
                    increments.for_each(|_| {
                        count.fetch_add(1, Relaxed);
                    });
                });
            },
        )?;
    Ok(count.into_inner())
}
