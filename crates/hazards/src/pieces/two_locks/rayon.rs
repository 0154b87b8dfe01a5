//! Two locks and two halves of a `join`.
//!
//! # What to notice
//! - It looks sequential, and is whenever nobody steals the second half: then it works.
//! - The cure is an order that all keep: here, `from` before `to`.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::Result;
use rayon::ThreadPoolBuilder;

use crate::Job;

/// One half takes the first account and then the second, the other the reverse.
pub fn failing(job: &Job) -> Result<u64> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.join(|| add_to_both(&from, &to), || add_to_both(&to, &from)),
        )?;
    total(from, to)
}

/// Both take them in the same order.
pub fn cure(job: &Job) -> Result<u64> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.join(|| add_to_both(&from, &to), || add_to_both(&from, &to)),
        )?;
    total(from, to)
}

fn add_to_both(first: &Mutex<u64>, second: &Mutex<u64>) {
    let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
    thread::sleep(Duration::from_millis(1));
    let mut second = second.lock().unwrap_or_else(PoisonError::into_inner);
    *first += 1;
    *second += 1;
}

fn total(from: Mutex<u64>, to: Mutex<u64>) -> Result<u64> {
    let value =
        |lock: Mutex<u64>| lock.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(value(from) + value(to))
}
