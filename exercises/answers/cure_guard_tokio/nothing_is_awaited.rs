//! What had to be waited for is no longer waited for.

use std::{io, sync::Mutex};

use tokio::{join, runtime::Builder};

/// Two futures on one thread add one each. Returns what the count has come to.
///
/// # Errors
/// The runtime can't be built.
pub fn count() -> io::Result<u64> {
    let count = Mutex::new(0);
    let add = async || {
        let mut count = count.lock().expect("no panic is in the lock");
        *count += 1;
    };
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async { join!(add(), add()) });
    Ok(count.into_inner().expect("no panic is in the lock"))
}
