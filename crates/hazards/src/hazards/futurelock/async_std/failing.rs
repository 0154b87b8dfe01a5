//! A future that waits in the queue of a lock, and is not polled.
//!
//! - `waiting` is alive and no longer polled; the lock's queue doesn't know.
//! - It is smol's lock under another name: an unlock wakes one waiter, and if that is
//!   `waiting`, no other is woken (async-lock 3.5, src/mutex.rs, notify).
//! - The cure spawns what is to go on: the executor polls a task, whatever the owner of
//!   its handle does. To drop the future first would do, too.

// The lesson: everything below can be taken home.
// It needs async-std (unstable).

use std::{pin::pin, sync::Arc, time::Duration};

use async_std::{
    prelude::*,
    sync::Mutex,
    task::{block_on, sleep, spawn},
};

/// Three futures add one each under one lock: one that holds it for a while, one that
/// waits for it and is given a millisecond, and one after that. Returns what the count
/// has come to.
pub fn count() -> u64 {
    block_on(async {
        let lock = Arc::new(Mutex::new(0));
        let holding = spawn(hold(Arc::clone(&lock)));
        sleep(Duration::from_millis(1)).await;
        let mut waiting = pin!(add(Arc::clone(&lock)));
        let added = async {
            waiting.as_mut().await;
            true
        };
        let timeout = async {
            sleep(Duration::from_millis(1)).await;
            false
        };
        let is_added = added.race(timeout).await;
        add(Arc::clone(&lock)).await;
        if !is_added {
            waiting.await;
        }
        holding.await;
        *lock.lock().await
    })
}

async fn add(lock: Arc<Mutex<u64>>) {
    *lock.lock().await += 1;
}

async fn hold(lock: Arc<Mutex<u64>>) {
    let mut count = lock.lock().await;
    sleep(Duration::from_millis(10)).await;
    *count += 1;
}
