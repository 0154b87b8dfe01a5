//! Tasks that are awaited, and a panic that is an outcome.

// The lesson: everything below can be taken home.
// It needs smol.

use std::panic::AssertUnwindSafe;

use smol::{LocalExecutor, block_on, future::FutureExt};

/// Has `work` done once in each of `tasks` tasks. Returns of how many the outcome is known,
/// be it a panic.
pub fn known<T: 'static>(tasks: u64, work: impl Fn(u64) -> T + Clone + 'static) -> u64 {
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let mut working = Vec::new();
        for task in 0..tasks {
            let work = work.clone();
            working.push(executor.spawn(async move { work(task) }));
        }
        let mut known = 0;
        for task in working {
            // `Err` is the panic, which an await alone would raise here.
            let _outcome = AssertUnwindSafe(task).catch_unwind().await;
            known += 1;
        }
        known
    }))
}
