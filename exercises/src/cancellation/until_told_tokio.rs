//! Calls that block, and are told to stop, on tokio.
//!
//! Make all `calls`, which block, on the runtime's threads for that. At `deadline` set the flag
//! that they look at, and wait until all that have begun have ended. Return what became of
//! each, in the order of the calls: one that was never begun says `is_cancelled`.
//!
//! In Python:
//! ```python
//! async def until_told(deadline, calls):
//!     stop = threading.Event()
//!     tasks = [asyncio.create_task(asyncio.to_thread(call, stop)) for call in calls]
//!     await asyncio.wait(tasks, timeout=deadline - now())
//!     stop.set()
//!     return await asyncio.gather(*tasks, return_exceptions=True)
//! ```
//!
//! A closure in `spawn_blocking` that has begun can't be aborted: it ends when it looks at the
//! flag. One that waits for a thread can.

use std::sync::atomic::AtomicBool;

use tokio::{task::JoinError, time::Instant};

/// Makes all `calls`, which block, on the runtime's threads for that. At `deadline` it sets
/// the flag that they look at, and waits until all that were begun have ended. Returns what
/// became of each, in input order: an error is a panic, or one that was never begun
/// (`is_cancelled`).
pub async fn until_told<C, T>(
    deadline: Instant,
    calls: impl IntoIterator<Item = C>,
) -> Vec<Result<T, JoinError>>
where
    C: FnOnce(&AtomicBool) -> T + Send + 'static,
    T: Send + 'static,
{
    todo!()
}
