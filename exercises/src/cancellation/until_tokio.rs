//! A deadline that really stops the work, on tokio.
//!
//! Do all `tasks` at once. Return as soon as all are done; at `deadline` stop those that are
//! not, and wait until they have ended. Return what became of each, in the order of the tasks:
//! one that was stopped is a `JoinError` that says `is_cancelled`.
//!
//! In Python:
//! ```python
//! async def until(deadline, tasks):
//!     tasks = [asyncio.create_task(task) for task in tasks]
//!     _, pending = await asyncio.wait(tasks, timeout=deadline - now())
//!     for task in pending:
//!         task.cancel()
//!     return await asyncio.gather(*tasks, return_exceptions=True)
//! ```
//!
//! `timeout_at` drops the future that waits, which stops nothing that was spawned. `abort` asks
//! a task to stop; it has ended when its handle was awaited.

use tokio::{task::JoinError, time::Instant};

/// Does all `tasks` at once until `deadline`, and stops those that are not done. Returns
/// what became of each, in input order, once all have ended: an error is a panic, or one
/// that was stopped (`is_cancelled`).
pub async fn until<F>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Result<F::Output, JoinError>>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    todo!()
}
