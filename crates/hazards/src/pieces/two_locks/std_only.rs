//! Two locks and two threads.
//!
//! # What to notice
//! - The sleep is for what a program does between the two; without it, it hangs once in a
//!   month.
//! - The cure is an order that all keep: here, `from` before `to`.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::Result;

use crate::Job;

/// One thread takes the first account and then the second, the other the reverse.
pub fn failing(_: &Job) -> Result<u64> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    thread::scope(|scope| {
        scope.spawn(|| add_to_both(&from, &to));
        scope.spawn(|| add_to_both(&to, &from));
    });
    total(from, to)
}

/// Both take them in the same order.
pub fn cure(_: &Job) -> Result<u64> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    thread::scope(|scope| {
        scope.spawn(|| add_to_both(&from, &to));
        scope.spawn(|| add_to_both(&from, &to));
    });
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
