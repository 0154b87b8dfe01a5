//! Cure it: a lock that is held while the task waits.
//!
//! This function never returns. Find out why, and change as little as possible. The two futures
//! are to run at the same time, and `yield_now` stands for what each has to wait for.
//!
//! In Python, where `threading.Lock` around an `await` does the same to asyncio's loop:
//! ```python
//!     with lock:
//!         count += 1
//!         await asyncio.sleep(0)
//! ```
//!
//! Both futures are on one thread. What does that thread do when the second locks?

use std::{io, sync::Mutex};

use tokio::{join, runtime::Builder, task::yield_now};

/// Two futures on one thread add one each. Returns what the count has come to.
///
/// # Errors
/// The runtime can't be built.
#[allow(clippy::await_holding_lock, reason = "it is what to cure")]
pub fn count() -> io::Result<u64> {
    let count = Mutex::new(0);
    let add = async || {
        let mut count = count.lock().expect("no panic is in the lock");
        *count += 1;
        yield_now().await;
    };
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async { join!(add(), add()) });
    Ok(count.into_inner().expect("no panic is in the lock"))
}
