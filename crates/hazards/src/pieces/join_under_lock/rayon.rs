//! A join under a lock, in requests that come one after the other.
//!
//! # What to notice
//! - No thread waits for another's lock: one waits for its own.
//! - The halves are uneven, so whoever has the shorter one has to wait; even ones would
//!   hide it most of the time.
//! - The cure does the parallel work first and locks for the result alone.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::Result;
use rayon::ThreadPoolBuilder;

use crate::Job;

/// Each request computes with the lock held.
pub fn failing(job: &Job) -> Result<u64> {
    let sum = Mutex::new(0);
    let request = || {
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, right) = rayon::join(|| half(1), || half(5));
        *sum += left + right;
    };
    requests(job, &request)?;
    Ok(sum.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Each request computes, then locks.
pub fn cure(job: &Job) -> Result<u64> {
    let sum = Mutex::new(0);
    let request = || {
        let (left, right) = rayon::join(|| half(1), || half(5));
        *sum.lock().unwrap_or_else(PoisonError::into_inner) += left + right;
    };
    requests(job, &request)?;
    Ok(sum.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Four requests a worker, half a millisecond apart.
fn requests(job: &Job, request: &(impl Fn() + Sync)) -> Result<()> {
    ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .build_scoped(
            |thread| thread.run(),
            |pool| {
                pool.in_place_scope(|scope| {
                    for _ in 0..job.workers.get() * 4 {
                        scope.spawn(|_| request());
                        thread::sleep(Duration::from_micros(500));
                    }
                });
            },
        )?;
    Ok(())
}

/// Half of a request's work.
fn half(milliseconds: u64) -> u64 {
    thread::sleep(Duration::from_millis(milliseconds));
    1
}
