//! A place in the queue of `smol::lock::Mutex`.
//!
//! # What to notice
//! - `waiting` is alive and no longer polled; the lock's queue doesn't know.
//! - The lock is fair only to who wakes and finds it taken, and yet: whoever unlocks wakes
//!   one waiter, and if that is `waiting`, no other is woken.
//! - The cure spawns what is to go on: a task is polled by the executor, whatever its
//!   handle's owner does. To drop the future first would do, too.

use std::{pin::pin, sync::Arc, time::Duration};

use anyhow::Result;
use smol::{
    LocalExecutor, Timer,
    future::{block_on, or},
    lock::Mutex,
};

use crate::Job;

/// Awaits the lock while another future of the same task is in front of it in the queue.
pub fn failing(_: &Job) -> Result<u64> {
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let lock = Arc::new(Mutex::new(0));
        let holding = executor.spawn(hold(Arc::clone(&lock)));
        Timer::after(Duration::from_millis(1)).await;
        let mut waiting = pin!(add(Arc::clone(&lock)));
        let added = async {
            waiting.as_mut().await;
            true
        };
        let timeout = async {
            Timer::after(Duration::from_millis(1)).await;
            false
        };
        let is_added = or(added, timeout).await;
        add(Arc::clone(&lock)).await;
        if !is_added {
            waiting.await;
        }
        holding.await;
        Ok(*lock.lock().await)
    }))
}

/// The same, with a task in front of it.
pub fn cure(_: &Job) -> Result<u64> {
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let lock = Arc::new(Mutex::new(0));
        let holding = executor.spawn(hold(Arc::clone(&lock)));
        Timer::after(Duration::from_millis(1)).await;
        let mut waiting = executor.spawn(add(Arc::clone(&lock)));
        let added = async {
            (&mut waiting).await;
            true
        };
        let timeout = async {
            Timer::after(Duration::from_millis(1)).await;
            false
        };
        let is_added = or(added, timeout).await;
        add(Arc::clone(&lock)).await;
        if !is_added {
            waiting.await;
        }
        holding.await;
        Ok(*lock.lock().await)
    }))
}

async fn add(lock: Arc<Mutex<u64>>) {
    *lock.lock().await += 1;
}

async fn hold(lock: Arc<Mutex<u64>>) {
    let mut count = lock.lock().await;
    Timer::after(Duration::from_millis(10)).await;
    *count += 1;
}
