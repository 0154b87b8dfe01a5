//! Tasks that are let go, one of which panics.
//!
//! - The executor catches a task's panic for who awaits the task (async-executor 1.14,
//!   src/lib.rs, propagate_panic). Where the handle was dropped it is dropped with the
//!   output: there is a line on standard error, and all others go on as if all were well.
//! - What is sent at the end of the work is not sent after a panic.
//! - The cure keeps the handles and awaits them. These have no `Err` for a panic: the await
//!   panics, too, unless `catch_unwind` stands around it.

// The lesson: everything below can be taken home.
// It needs async-std.

use async_std::{
    channel,
    task::{block_on, spawn},
};

/// Has `work` done once in each of `tasks` tasks. Returns of how many the outcome is known,
/// be it a panic.
pub fn known<T: Send + 'static>(
    tasks: u64,
    work: impl Fn(u64) -> T + Clone + Send + 'static,
) -> u64 {
    block_on(async {
        let (sender, outcomes) = channel::unbounded();
        for task in 0..tasks {
            let (work, sender) = (work.clone(), sender.clone());
            spawn(async move { sender.send(work(task)).await });
        }
        drop(sender);
        let mut known = 0;
        while outcomes.recv().await.is_ok() {
            known += 1;
        }
        known
    })
}
