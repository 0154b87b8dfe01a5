//! Cure it: a future that has a place in a queue, and is polled no more.
//!
//! This function never returns. Find out why, and change as little as possible. All three are
//! to add one, and the second has its millisecond: it may pass before the lock is free.
//!
//! In Python it can't happen, since what waits is a task that the loop runs:
//! ```python
//!     waiting = asyncio.create_task(add(lock))
//!     done, _ = await asyncio.wait([waiting], timeout=0.001)
//!     await add(lock)
//!     await waiting
//! ```
//!
//! Who polls `waiting` while the next line waits for the lock?

use std::{io, pin::pin, sync::Arc, time::Duration};

use tokio::{runtime::Builder, select, sync::Mutex, time::sleep};

/// Three futures add one each under one lock: one that holds it for a while, one that
/// waits for it and is given a millisecond, and one after that. Returns what the count
/// has come to.
///
/// # Errors
/// The runtime can't be built, or a task has panicked.
pub fn count() -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
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

async fn add(lock: Arc<Mutex<u64>>) {
    *lock.lock().await += 1;
}

async fn hold(lock: Arc<Mutex<u64>>) {
    let mut count = lock.lock().await;
    sleep(Duration::from_millis(10)).await;
    *count += 1;
}
