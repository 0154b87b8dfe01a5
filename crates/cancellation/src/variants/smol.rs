//! A task for each on the executor, and one `Timer` beside the wait for all of them.
//!
//! A `Task` is the right to a result: dropped or cancelled, it takes its future off the
//! executor, and what the future holds goes with it, its socket and its timer.
//!
//! # What to notice
//! - `cancel` does nothing before it is polled (async-task 4.7, src/task.rs, cancel). So all
//!   are polled once, lest the last work on while the first is waited for. Then a channel
//!   closes, of which each future holds an end until it has been dropped.
//! - It does not stop a blocking call that has begun: the call looks at a flag, and is
//!   waited for. A queued call looks at the flag too, and is never begun.
//! - A child that is dropped runs on, or is killed with `kill_on_drop` and reaped later
//!   (async-process 2.5, src/lib.rs, kill_on_drop). So a process has the deadline itself,
//!   and is waited for.
//!
//! # When not to use this
//! Where a task must do something before it ends: a future that is dropped can't await.

use anyhow::Result;
use smol::{block_on, process::driver};

use crate::{
    Job, Output, Work,
    work::{
        self, REAPED_WITHIN, Tasks,
        smol::{compute, fetch, sleep},
    },
};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    let tasks = Tasks::new(job)?;
    let (work, each, deadline) = (job.work, tasks.iter(), tasks.deadline());
    let ended = async {
        match work {
            Work::Sleep => until(&executor, deadline, each.map(sleep)).await,
            Work::Fetch => until(&executor, deadline, each.map(fetch)).await,
            Work::Cpu => until(&executor, deadline, each.map(compute)).await,
            Work::Blocking => {
                let call = |task: work::Task| {
                    |stop: &AtomicBool| task.in_pieces(|| stop.load(Relaxed))
                };
                until_told(deadline, each.map(call)).await
            }
            Work::Process => {
                let wait = |task: work::Task| async move {
                    let status = until_killed(deadline, task.command().into()).await;
                    task.exited(status)
                };
                // Each ends on its own at the deadline.
                let all = until(&executor, deadline + REAPED_WITHIN, each.map(wait));
                // First, since a child that finds no driver starts a thread that stays
                // (async-process 2.5, src/lib.rs, ensure_driven).
                let driver = async { match driver().await {} };
                or(driver, all).await
            }
        }
    };
    let ended = thread::scope(|scope| {
        for index in 0..job.workers.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        // Not spawned: it would wait its turn among those that it is to stop.
        let ended = block_on(ended);
        // Every `recv` fails now, and with it every thread's `run` ends.
        drop(signal);
        io::Result::Ok(ended)
    })?;
    tasks.output(ended.into_iter().map(|end| end.unwrap_or(Ok(None))))
}

// The lesson: everything below can be taken home.
// It needs futures-util (std), smol.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitStatus,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Instant,
};

use futures_util::FutureExt;
use smol::{Executor, Task, Timer, channel, future::or, process::Command, unblock};

/// Does all `tasks` at once until `deadline`, on the executor's threads, and stops those
/// that are not done. Returns what became of each, in input order, once all have ended: an
/// error is a panic, and `None` a task that was stopped. That may have been in its last
/// step: `cancel` drops what a task returns meanwhile (async-task 4.7, src/raw.rs, run).
pub async fn until<'a, F>(
    executor: &Executor<'a>,
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Option<thread::Result<F::Output>>>
where
    F: Future<Output: Send + 'a> + Send + 'a,
{
    let (alive, all_gone) = channel::bounded::<()>(1);
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
    let cancelled = running.drain(..).map(|task| task.cancel().now_or_never());
    ended.extend(cancelled.map(Option::flatten));
    // It fails once the last future has been dropped.
    let _ = all_gone.recv().await;
    ended
}

/// Makes all `calls`, which block, on the runtime's threads for that. At `deadline` it sets
/// the flag that they look at, and waits until all that were begun have ended. Returns what
/// became of each, in input order: an error is a panic, and `None` a call that was
/// never begun.
pub async fn until_told<C, T>(
    deadline: Instant,
    calls: impl IntoIterator<Item = C>,
) -> Vec<Option<thread::Result<T>>>
where
    C: FnOnce(&AtomicBool) -> T + Send + 'static,
    T: Send + 'static,
{
    let stop = StopOnDrop::default();
    let mut running = VecDeque::new();
    for call in calls {
        let stop = Arc::clone(&stop.0);
        running.push_back(unblock(move || {
            let begins = !stop.load(Relaxed);
            begins.then(|| catch_unwind(AssertUnwindSafe(|| call(&stop))))
        }));
    }
    let mut ended = Vec::with_capacity(running.len());
    let late = async { _ = Timer::at(deadline).await };
    or(join(&mut running, &mut ended), late).await;
    drop(stop);
    join(&mut running, &mut ended).await;
    ended
}

/// Runs a process until `deadline`, and then kills it. Returns how it ended, or none if it
/// was killed; it has been reaped.
///
/// # Errors
/// It can't be started, waited for or killed.
pub async fn until_killed(
    deadline: Instant,
    mut command: Command,
) -> io::Result<Option<ExitStatus>> {
    let mut child = command.kill_on_drop(true).spawn()?;
    let status = async { child.status().await.map(Some) };
    let late = async {
        Timer::at(deadline).await;
        Ok(None)
    };
    let status = or(status, late).await?;
    if status.is_none() {
        child.kill()?;
        child.status().await?;
    }
    Ok(status)
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T, E: From<T>>(running: &mut VecDeque<Task<T>>, ended: &mut Vec<E>) {
    while let Some(task) = running.front_mut() {
        ended.push(task.await.into());
        running.pop_front();
    }
}

/// Sets the flag when it is dropped: also with the future that waits for the calls.
#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}
