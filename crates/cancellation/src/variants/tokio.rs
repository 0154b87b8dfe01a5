//! A task for each in one `JoinQueue`, and one `timeout_at` around the wait for all of them.
//!
//! When it elapses, `abort` drops each task's future at the `.await` that it stands at, and
//! what the future holds goes with it, its socket and its timer.
//!
//! # What to notice
//! - An abort is asked for, not done: the second `join` waits until each has ended.
//! - It does nothing to a blocking call that was begun (tokio 1.54,
//!   src/runtime/task/join.rs, abort): that one has a flag, and is waited for. Calls that
//!   are queued are never begun.
//! - A child that is dropped runs on, or is killed with `kill_on_drop` and reaped whenever
//!   the runtime gets to it (tokio 1.54, src/process/mod.rs, kill_on_drop). So a process
//!   has the deadline itself, and is waited for.
//!
//! # When not to use this
//! Where a task must do something before it ends: an abort lets it do nothing but drop.

use anyhow::Result;
use tokio::runtime::Builder;

use crate::{
    Job, Output, Work,
    work::{
        self, REAPED_WITHIN, Tasks,
        tokio::{compute, fetch, sleep},
    },
};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .max_blocking_threads(job.workers.get())
        .enable_all()
        .build()?;
    let tasks = Tasks::new(job)?;
    let (work, each, deadline) = (job.work, tasks.iter(), tasks.deadline().into());
    let ended = async move {
        match work {
            Work::Sleep => until(deadline, each.map(sleep)).await,
            Work::Fetch => until(deadline, each.map(fetch)).await,
            Work::Cpu => until(deadline, each.map(compute)).await,
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
                until(deadline + REAPED_WITHIN, each.map(wait)).await
            }
        }
    };
    // Not spawned: it would wait its turn among those that it is to stop.
    let ended = runtime.block_on(ended).into_iter();
    tasks.output(ended.map(|end| match end {
        Err(error) if error.is_cancelled() => Ok(None),
        end => end.map_err(JoinError::into_panic),
    }))
}

// The lesson: everything below can be taken home.
// It needs tokio (process, rt, time), tokio-util (rt).

use std::{
    io,
    process::ExitStatus,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use tokio::{
    process::Command,
    task::JoinError,
    time::{Instant, timeout_at},
};
use tokio_util::task::JoinQueue;

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
    let mut running: JoinQueue<_> = tasks.into_iter().collect();
    let mut ended = Vec::with_capacity(running.len());
    // The next lines find out whether all were done in time.
    let _ = timeout_at(deadline, join(&mut running, &mut ended)).await;
    running.abort_all();
    join(&mut running, &mut ended).await;
    ended
}

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
    let stop = StopOnDrop::default();
    let mut running = JoinQueue::new();
    for call in calls {
        let stop = Arc::clone(&stop.0);
        running.spawn_blocking(move || call(&stop));
    }
    let mut ended = Vec::with_capacity(running.len());
    // The next lines find out whether all were done in time.
    let _ = timeout_at(deadline, join(&mut running, &mut ended)).await;
    drop(stop);
    running.abort_all();
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
    match timeout_at(deadline, child.wait()).await {
        Ok(status) => status.map(Some),
        Err(_) => child.kill().await.map(|()| None),
    }
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T>(running: &mut JoinQueue<T>, ended: &mut Vec<Result<T, JoinError>>) {
    while let Some(end) = running.join_next().await {
        ended.push(end);
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
