//! One value under a lock, in tokio's tasks.
//!
//! Each of `workers` tasks does `work` on one value, for each `nth` below `increments`.
//! Before each it calls `read` with the value, `reads` times. Only one is at the value at a
//! time, and takes the lock anew for each read and each `work`. Return the value, and what
//! each worker's last `work` returned; where a worker panicked, that is its outcome, and the
//! others go on.
//!
//! In Python, with `asyncio.Lock`:
//! ```python
//! def count(workers, increments, reads, value, read, work):
//!     lock = asyncio.Lock()
//!
//!     async def one(worker):
//!         for nth in range(increments):
//!             for _ in range(reads):
//!                 async with lock:
//!                     read(value, worker, nth)
//!             async with lock:
//!                 last = work(value, worker, nth)
//!         return last
//! ```
//!
//! `tokio::sync::Mutex` does not poison. A task that locks what it has locked already waits
//! for itself. The value is shared by an `Arc`, and can be taken out of it once no task has
//! it.

use tokio::task::JoinError;

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
/// Returns the value, and what each worker's last increment returned: a panic is that
/// worker's error.
///
/// # Panics
/// There is no worker.
pub async fn count<T, R>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Clone + Send + 'static,
    work: impl Fn(&mut T, usize, u64) -> R + Clone + Send + 'static,
) -> (T, Vec<Result<Option<R>, JoinError>>)
where
    T: Send + 'static,
    R: Send + 'static,
{
    todo!()
}
