//! Tasks that are let go, one of which panics.
//!
//! - The runtime catches a task's panic for who awaits its handle. Who has dropped the handle
//!   has said that he does not want it (tokio's pull request 4430): there is a line on
//!   standard error, and all others go on as if all were well.
//! - What is sent at the end of the work is not sent after a panic.
//! - The cure keeps the tasks in a `JoinSet`: `Err` is the panic.

// The lesson: everything below can be taken home.
// It needs tokio (rt, sync).

use std::io;

use tokio::{runtime::Builder, sync::mpsc};

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
        let (sender, mut outcomes) = mpsc::unbounded_channel();
        for task in 0..tasks {
            let (work, sender) = (work.clone(), sender.clone());
            tokio::spawn(async move { sender.send(work(task)) });
        }
        drop(sender);
        let mut known = 0;
        while outcomes.recv().await.is_some() {
            known += 1;
        }
        Ok(known)
    })
}
