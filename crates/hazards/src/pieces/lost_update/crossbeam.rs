//! A lost update through an `AtomicCell`.
//!
//! # What to notice
//! - `load` and `store` read like a variable's; `fetch_add` has no such innocent look.
//! - For types that no instruction updates whole, `fetch_update` tries until nobody came
//!   between.

use std::thread;

use anyhow::Result;
use crossbeam_utils::atomic::AtomicCell;

use crate::Job;

/// Counts in three steps, between which another may have counted.
pub fn failing(job: &Job) -> Result<u64> {
    let count = AtomicCell::new(0_u64);
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            scope.spawn(|| {
                for _ in 0..job.increments {
                    let seen = count.load();
                    count.store(seen + 1);
                }
            });
        }
    });
    Ok(count.into_inner())
}

/// Counts in one step.
pub fn cure(job: &Job) -> Result<u64> {
    let count = AtomicCell::new(0_u64);
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            scope.spawn(|| {
                for _ in 0..job.increments {
                    count.fetch_add(1);
                }
            });
        }
    });
    Ok(count.into_inner())
}
