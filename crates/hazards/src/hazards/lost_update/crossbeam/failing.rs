//! A load and a store where an add belongs, on an `AtomicCell`.
//!
//! - `load` and `store` read like a variable's; `fetch_add` has no such innocent look.
//! - For types that no instruction updates whole, `fetch_update` tries until no other
//!   thread came between.

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
                    let seen = count.load();
                    count.store(seen + 1);
                }
            })?;
        }
        io::Result::Ok(())
    })?;
    Ok(count.into_inner())
}
