//! An add, on an `AtomicCell`.

// The lesson: everything below can be taken home.
// It needs crossbeam-utils.

use std::{io, thread};

use crossbeam_utils::atomic::AtomicCell;

/// Counts with `workers` threads: each adds one, `increments` times. Returns what the
/// count has come to.
///
/// # Errors
/// The system starts no more threads.
pub fn count(workers: usize, increments: u64) -> io::Result<u64> {
    let count = AtomicCell::new(0_u64);
    thread::scope(|scope| {
        for _ in 0..workers {
            thread::Builder::new().spawn_scoped(scope, || {
                for _ in 0..increments {
                    count.fetch_add(1);
                }
            })?;
        }
        io::Result::Ok(())
    })?;
    Ok(count.into_inner())
}
