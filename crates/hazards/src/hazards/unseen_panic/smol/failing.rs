//! Tasks that are let go, one of which panics.
//!
//! - The executor catches a task's panic for who awaits the task (async-executor 1.14,
//!   src/lib.rs, propagate_panic). Of a task that was detached it is dropped with the
//!   output: there is a line on standard error, and all others go on as if all were well.
//! - What is sent at the end of the work is not sent after a panic.
//! - The cure keeps the tasks and awaits them. These have no `Err` for a panic: the await
//!   panics, too, unless `catch_unwind` stands around it.

// The lesson: everything below can be taken home.
// It needs smol.

use smol::{LocalExecutor, block_on, channel};

/// Has `work` done once in each of `tasks` tasks. Returns of how many the outcome is known,
/// be it a panic.
pub fn known<T: 'static>(tasks: u64, work: impl Fn(u64) -> T + Clone + 'static) -> u64 {
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let (sender, outcomes) = channel::unbounded();
        for task in 0..tasks {
            let (work, sender) = (work.clone(), sender.clone());
            let sending = executor.spawn(async move { sender.send(work(task)).await });
            sending.detach();
        }
        drop(sender);
        let mut known = 0;
        while outcomes.recv().await.is_ok() {
            known += 1;
        }
        known
    }))
}
