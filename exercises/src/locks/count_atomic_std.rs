//! One counter without a lock, on threads.
//!
//! Each of `workers` threads adds what `work(worker, nth)` returns to one number, for each
//! `nth` below `increments`. Before each addition it calls `read` with the number, `reads`
//! times. Return the number, and what each worker's last addition made of it; where a worker
//! panicked, that is its outcome. Nothing may be lost.
//!
//! In Python, where each thread needs a lock for it:
//! ```python
//!     with lock:
//!         value += work(worker, nth)
//!         last = value
//! ```
//!
//! `AtomicU64` has several ways to change it: which of them is one step that no other thread
//! comes between? And does it return the number before that, or after it?

use std::{io, thread};

/// Has each worker add what `work` returns to one value, `increments` times, and before
/// each of them `read` it `reads` times.
/// Returns the value, and what each worker's last addition made of it: a panic is that
/// worker's error. Like the atomic's, its additions wrap around.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count(
    workers: usize,
    increments: u64,
    reads: u64,
    value: u64,
    read: impl Fn(u64, usize, u64) + Sync,
    work: impl Fn(usize, u64) -> u64 + Sync,
) -> io::Result<(u64, Vec<thread::Result<Option<u64>>>)> {
    todo!()
}
