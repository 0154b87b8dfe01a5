//! Tasks that are joined, and a panic that is an outcome.

// The lesson: everything below can be taken home.
// It needs tokio (rt).

use std::io;

use tokio::{runtime::Builder, task::JoinSet};

/// Has `work` done once in each of `tasks` tasks. Returns of how many the outcome is known,
/// be it a panic.
///
/// # Errors
/// The runtime can't be built.
pub fn known<T: Send + 'static>(
    tasks: u64,
    work: impl Fn(u64) -> T + Clone + Send + 'static,
) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let mut outcomes = JoinSet::new();
        for task in 0..tasks {
            let work = work.clone();
            outcomes.spawn(async move { work(task) });
        }
        let mut known = 0;
        // `Err` is the panic.
        while outcomes.join_next().await.is_some() {
            known += 1;
        }
        Ok(known)
    })
}
