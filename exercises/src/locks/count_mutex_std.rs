//! One value under a lock, on threads, of which one may panic.
//!
//! Each of `workers` threads does `work` on one value, for each `nth` below `increments`.
//! Before each it calls `read` with the value, `reads` times. Only one is at the value at a
//! time, and takes the lock anew for each read and each `work`, so that others get their
//! turn. Return the value and how each worker ended. If one panics while it has the lock, the
//! value may be half-done: the others stop and say so, as does the value.
//!
//! In Python:
//! ```python
//! def count(workers, increments, reads, value, read, work):
//!     lock = threading.Lock()
//!
//!     def one(worker):
//!         for nth in range(increments):
//!             for _ in range(reads):
//!                 with lock:
//!                     read(value, worker, nth)
//!             with lock:
//!                 last = work(value, worker, nth)
//!         return last
//!
//!     with ThreadPoolExecutor(workers) as pool:
//!         return value, [pool.submit(one, worker) for worker in range(workers)]
//! ```
//!
//! `std::sync::Mutex` knows of the panic: `lock` then returns an `Err`. A worker that gets it
//! returns `Err(PoisonError::new(last))`, where `last` is what its last `work` had returned,
//! if it had done any. So a worker's outcome is one of three: `Ok(Ok(last))`, it was done;
//! `Ok(Err(poison))`, it found the lock poisoned; `Err(payload)`, it panicked itself.
//! `Mutex::into_inner` returns the value, or the poison with it. A guard is dropped at the
//! end of its block.

use std::{io, sync::LockResult, thread};

/// How a worker ended: it panicked, or found the lock poisoned, or did all its
/// increments. The value is what its last increment returned.
pub type Ended<R> = thread::Result<LockResult<Option<R>>>;

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
/// Returns the value, and how each worker ended: a panic is that worker's error, and
/// poison for all who lock after it.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count<T: Send, R: Send>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Sync,
    work: impl Fn(&mut T, usize, u64) -> R + Sync,
) -> io::Result<(LockResult<T>, Vec<Ended<R>>)> {
    todo!()
}
