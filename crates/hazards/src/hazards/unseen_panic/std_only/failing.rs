//! Threads that are let go, one of which panics.
//!
//! - Who drops a `JoinHandle` has let its thread go. The panic ends that thread, with a line
//!   on standard error, and all others go on as if all were well.
//! - What is sent at the end of the work is not sent after a panic.
//! - The cure joins: `Err` is the panic.

// The lesson: everything below can be taken home.

use std::{io, sync::mpsc, thread};

/// Has `work` done once in each of `tasks` threads. Returns of how many the outcome is known,
/// be it a panic.
///
/// # Errors
/// The system starts no more threads.
pub fn known<T: Send + 'static>(
    tasks: u64,
    work: impl Fn(u64) -> T + Clone + Send + 'static,
) -> io::Result<u64> {
    let (sender, outcomes) = mpsc::channel();
    for task in 0..tasks {
        let (work, sender) = (work.clone(), sender.clone());
        thread::Builder::new().spawn(move || sender.send(work(task)))?;
    }
    drop(sender);
    Ok(outcomes.iter().count() as u64)
}
