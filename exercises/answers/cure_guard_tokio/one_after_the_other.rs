//! The second future begins when the first has ended; the guard is where it was.

use std::{io, sync::Mutex};

use tokio::{runtime::Builder, task::yield_now};

/// Two futures on one thread add one each. Returns what the count has come to.
///
/// # Errors
/// The runtime can't be built.
#[expect(clippy::await_holding_lock, reason = "it is still so")]
pub fn count() -> io::Result<u64> {
    let count = Mutex::new(0);
    let add = async || {
        let mut count = count.lock().expect("no panic is in the lock");
        *count += 1;
        yield_now().await;
    };
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async {
        add().await;
        add().await;
    });
    Ok(count.into_inner().expect("no panic is in the lock"))
}
