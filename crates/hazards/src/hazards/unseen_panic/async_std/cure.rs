//! Tasks that are awaited, and a panic that is an outcome.

// The lesson: everything below can be taken home.
// It needs async-std, futures-util (std).

use std::panic::AssertUnwindSafe;

use async_std::task::{block_on, spawn};
use futures_util::FutureExt;

/// Has `work` done once in each of `tasks` tasks. Returns of how many the outcome is known,
/// be it a panic.
pub fn known<T: Send + 'static>(
    tasks: u64,
    work: impl Fn(u64) -> T + Clone + Send + 'static,
) -> u64 {
    block_on(async {
        let mut working = Vec::new();
        for task in 0..tasks {
            let work = work.clone();
            working.push(spawn(async move { work(task) }));
        }
        let mut known = 0;
        for task in working {
            // `Err` is the panic, which an await alone would raise here.
            let _outcome = AssertUnwindSafe(task).catch_unwind().await;
            known += 1;
        }
        known
    })
}
