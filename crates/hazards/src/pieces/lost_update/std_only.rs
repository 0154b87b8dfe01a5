//! A lost update between two threads.
//!
//! # What to notice
//! - `Relaxed` is not the bug: `SeqCst` on both steps loses as many.
//! - It takes two cores, or a switch at the wrong moment, so a short test may miss it.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

use anyhow::Result;

use crate::Job;

/// Counts in three steps, between which another may have counted.
pub fn failing(job: &Job) -> Result<u64> {
    let count = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            scope.spawn(|| {
                for _ in 0..job.increments {
                    let seen = count.load(Relaxed);
                    count.store(seen + 1, Relaxed);
                }
            });
        }
    });
    Ok(count.into_inner())
}

/// Counts in one step.
pub fn cure(job: &Job) -> Result<u64> {
    let count = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            scope.spawn(|| {
                for _ in 0..job.increments {
                    count.fetch_add(1, Relaxed);
                }
            });
        }
    });
    Ok(count.into_inner())
}
