//! A guard of std's lock that ends before the await, in two futures under `join!`.

// The lesson: everything below can be taken home.
// It needs tokio (macros, rt).

use std::{io, sync::Mutex};

use tokio::{join, runtime::Builder, task::yield_now};

/// Two futures on one thread add one each. Returns what the count has come to.
///
/// # Errors
/// The runtime can't be built.
pub fn count() -> io::Result<u64> {
    let count = Mutex::new(0);
    let add = async || {
        *count.lock().expect("no panic is in the lock") += 1;
        yield_now().await;
    };
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async { join!(add(), add()) });
    Ok(count.into_inner().expect("no panic is in the lock"))
}
