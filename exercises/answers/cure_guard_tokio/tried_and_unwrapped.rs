//! A lock that is taken is no panic.

use std::{io, sync::Mutex};

use tokio::{join, runtime::Builder, task::yield_now};

/// Two futures on one thread add one each. Returns what the count has come to.
///
/// # Errors
/// The runtime can't be built.
#[allow(clippy::await_holding_lock, reason = "it is the hazard")]
pub fn count() -> io::Result<u64> {
    let count = Mutex::new(0);
    let add = async || {
        let mut count = count.try_lock().expect("nobody has it");
        *count += 1;
        yield_now().await;
    };
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async { join!(add(), add()) });
    Ok(count.into_inner().expect("no panic is in the lock"))
}
