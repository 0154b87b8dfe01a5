//! A deadline that really stops the work, on smol.
//!
//! Do all `tasks` at once, on the executor. Return as soon as all are done; at `deadline` stop
//! those that are not, and wait until they have ended. Return what became of each, in the order
//! of the tasks: `None` of one that was stopped.
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
//! `Task::cancel` is a future: the task has ended when it is ready. `Timer::at` waits for a
//! time, and `smol::future::or` for whichever of two futures is first.

use std::{thread, time::Instant};

use smol::Executor;

/// Does all `tasks` at once until `deadline`, on the executor's threads, and stops those
/// that are not done. Returns what became of each, in input order, once all have ended: an
/// error is a panic, and none is one that was stopped, even in its last step: `cancel` drops
/// what a task returns meanwhile (async-task 4.7, src/raw.rs, run).
pub async fn until<'a, F>(
    executor: &Executor<'a>,
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Option<thread::Result<F::Output>>>
where
    F: Future<Output: Send + 'a> + Send + 'a,
{
    todo!()
}
