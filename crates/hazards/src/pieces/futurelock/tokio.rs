//! A place in the queue of `tokio::sync::Mutex`.
//!
//! # What to notice
//! - `waiting` is alive and no longer polled; the lock's queue doesn't know.
//! - The lock is fair: whoever unlocks hands it to the first in the queue, here to
//!   `waiting`.
//! - The cure spawns what is to go on: a task is polled by the executor, whatever its
//!   handle's owner does. To drop the future first would do, too.

use std::{pin::pin, sync::Arc, time::Duration};

use anyhow::Result;
use tokio::{
    runtime::{self, Runtime},
    select,
    sync::Mutex,
    time::sleep,
};

use crate::Job;

/// Awaits the lock while another future of the same task is in front of it in the queue.
pub fn failing(_: &Job) -> Result<u64> {
    runtime()?.block_on(async {
        let lock = Arc::new(Mutex::new(0));
        let holding = tokio::spawn(hold(Arc::clone(&lock)));
        sleep(Duration::from_millis(1)).await;
        let mut waiting = pin!(add(Arc::clone(&lock)));
        let is_added = select! {
            () = &mut waiting => true,
            () = sleep(Duration::from_millis(1)) => false,
        };
        add(Arc::clone(&lock)).await;
        if !is_added {
            waiting.await;
        }
        holding.await?;
        Ok(*lock.lock().await)
    })
}

/// The same, with a task in front of it.
pub fn cure(_: &Job) -> Result<u64> {
    runtime()?.block_on(async {
        let lock = Arc::new(Mutex::new(0));
        let holding = tokio::spawn(hold(Arc::clone(&lock)));
        sleep(Duration::from_millis(1)).await;
        let mut waiting = tokio::spawn(add(Arc::clone(&lock)));
        let is_added = select! {
            ended = &mut waiting => { ended?; true }
            () = sleep(Duration::from_millis(1)) => false,
        };
        add(Arc::clone(&lock)).await;
        if !is_added {
            waiting.await?;
        }
        holding.await?;
        Ok(*lock.lock().await)
    })
}

fn runtime() -> std::io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_time().build()
}

async fn add(lock: Arc<Mutex<u64>>) {
    *lock.lock().await += 1;
}

async fn hold(lock: Arc<Mutex<u64>>) {
    let mut count = lock.lock().await;
    sleep(Duration::from_millis(10)).await;
    *count += 1;
}
