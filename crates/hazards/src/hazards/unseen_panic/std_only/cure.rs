//! Threads that are joined, and a panic that is an outcome.

// The lesson: everything below can be taken home.

use std::{io, thread};

/// Has `work` done once in each of `tasks` threads. Returns of how many the outcome is known,
/// be it a panic.
///
/// # Errors
/// The system starts no more threads.
pub fn known<T: Send + 'static>(
    tasks: u64,
    work: impl Fn(u64) -> T + Clone + Send + 'static,
) -> io::Result<u64> {
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for task in 0..tasks {
            let work = work.clone();
            let thread = thread::Builder::new();
            threads.push(thread.spawn_scoped(scope, move || work(task))?);
        }
        let mut known = 0;
        for thread in threads {
            // `Err` is the panic.
            let _outcome = thread.join();
            known += 1;
        }
        Ok(known)
    })
}
