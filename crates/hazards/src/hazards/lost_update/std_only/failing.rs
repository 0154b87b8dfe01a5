//! A load and a store where an add belongs, on an atomic of std.
//!
//! - `Relaxed` is not the bug: `SeqCst` on both steps loses as many.
//! - It takes two cores, or a switch at the wrong moment, so a short test may miss it.

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
                    let seen = count.load(Relaxed);
                    count.store(seen + 1, Relaxed);
                }
            })?;
        }
        io::Result::Ok(())
    })?;
    Ok(count.into_inner())
}
