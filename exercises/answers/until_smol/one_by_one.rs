//! Each task is begun when the one before it has ended.

use std::{panic::AssertUnwindSafe, thread, time::Instant};

use futures_util::future::{Either, select};
use smol::{Executor, Timer, future::FutureExt};

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
    let mut ended = Vec::new();
    for task in tasks {
        let task = executor.spawn(AssertUnwindSafe(task).catch_unwind());
        ended.push(match select(task, Timer::at(deadline)).await {
            Either::Left((end, _)) => Some(end),
            Either::Right((_, task)) => task.cancel().await,
        });
    }
    ended
}
