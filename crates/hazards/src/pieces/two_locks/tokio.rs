//! Two locks and two tasks.
//!
//! # What to notice
//! - No thread is blocked: the runtime idles, its workers parked, which is what a process
//!   that waits for requests looks like, too.
//! - The cure is an order that all keep: here, `from` before `to`.

use std::sync::Arc;

use anyhow::Result;
use tokio::{runtime, sync::Mutex, task};

use crate::Job;

/// One task takes the first account and then the second, the other the reverse.
pub fn failing(job: &Job) -> Result<u64> {
    let (from, to) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .build()?;
    runtime.block_on(async {
        let one = tokio::spawn(add_to_both(Arc::clone(&from), Arc::clone(&to)));
        let other = tokio::spawn(add_to_both(Arc::clone(&to), Arc::clone(&from)));
        one.await?;
        other.await?;
        Ok(*from.lock().await + *to.lock().await)
    })
}

/// Both take them in the same order.
pub fn cure(job: &Job) -> Result<u64> {
    let (from, to) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .build()?;
    runtime.block_on(async {
        let one = tokio::spawn(add_to_both(Arc::clone(&from), Arc::clone(&to)));
        let other = tokio::spawn(add_to_both(Arc::clone(&from), Arc::clone(&to)));
        one.await?;
        other.await?;
        Ok(*from.lock().await + *to.lock().await)
    })
}

async fn add_to_both(first: Arc<Mutex<u64>>, second: Arc<Mutex<u64>>) {
    let mut first = first.lock().await;
    task::yield_now().await;
    let mut second = second.lock().await;
    *first += 1;
    *second += 1;
}
