//! Two locks and two tasks.
//!
//! # What to notice
//! - No thread is blocked: the executor idles, which is what a process that waits for
//!   requests looks like, too.
//! - The cure is an order that all keep: here, `from` before `to`.

use std::thread;

use anyhow::Result;
use smol::{
    Executor, channel,
    future::{block_on, yield_now},
    lock::Mutex,
};

use crate::Job;

/// One task takes the first account and then the second, the other the reverse.
pub fn failing(job: &Job) -> Result<u64> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let one = executor.spawn(add_to_both(&from, &to));
        let other = executor.spawn(add_to_both(&to, &from));
        block_on(one);
        block_on(other);
        drop(signal);
    });
    Ok(*from.lock_blocking() + *to.lock_blocking())
}

/// Both take them in the same order.
pub fn cure(job: &Job) -> Result<u64> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..job.workers.get() {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        let one = executor.spawn(add_to_both(&from, &to));
        let other = executor.spawn(add_to_both(&from, &to));
        block_on(one);
        block_on(other);
        drop(signal);
    });
    Ok(*from.lock_blocking() + *to.lock_blocking())
}

async fn add_to_both(first: &Mutex<u64>, second: &Mutex<u64>) {
    let mut first = first.lock().await;
    yield_now().await;
    let mut second = second.lock().await;
    *first += 1;
    *second += 1;
}
