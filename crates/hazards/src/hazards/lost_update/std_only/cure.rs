//! An add, on an atomic of std.

// The lesson: everything below can be taken home.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

/// Counts with `workers` threads: each adds one, `increments` times. Returns what the
/// count has come to.
///
/// # Errors
/// The system starts no more threads.
pub fn count(workers: usize, increments: u64) -> io::Result<u64> {
    let count = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..workers {
            thread::Builder::new().spawn_scoped(scope, || {
                for _ in 0..increments {
                    count.fetch_add(1, Relaxed);
                }
            })?;
        }
        io::Result::Ok(())
    })?;
    Ok(count.into_inner())
}
