//! The tasks are detached at the deadline, and run on.

use std::{collections::VecDeque, panic::AssertUnwindSafe, thread, time::Instant};

use futures_util::FutureExt;
use smol::{Executor, Task, Timer, channel, future::or};

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
    let (alive, _all_gone) = channel::bounded::<()>(1);
    let mut tasks = tasks.into_iter().map(move |task| {
        let (task, alive) = (AssertUnwindSafe(task).catch_unwind(), alive.clone());
        task.inspect(move |_| drop(alive))
    });
    let mut running = VecDeque::new();
    loop {
        // The executor is locked while `spawn_many` iterates: `tasks` is not asked then.
        let some: Vec<_> = tasks.by_ref().take(500).collect();
        if some.is_empty() {
            break;
        }
        executor.spawn_many(some, &mut running);
    }
    drop(tasks);
    let mut ended = Vec::with_capacity(running.len());
    let late = async { _ = Timer::at(deadline).await };
    or(join(&mut running, &mut ended), late).await;
    ended.extend(running.drain(..).map(|task| {
        task.detach();
        None
    }));
    ended
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T, E: From<T>>(running: &mut VecDeque<Task<T>>, ended: &mut Vec<E>) {
    while let Some(task) = running.front_mut() {
        ended.push(task.await.into());
        running.pop_front();
    }
}
