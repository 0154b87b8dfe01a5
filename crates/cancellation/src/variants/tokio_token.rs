//! A task for each in one `JoinQueue`, and one token that asks all of them to end.
//!
//! Nothing is aborted: each task races its work against the token, so it decides itself what
//! to do when it is cancelled, and what to return. The queue is waited for until the last has
//! ended.
//!
//! # What to notice
//! - `select!` drops the work, as an abort would; what has to end in order asks
//!   `run_until_cancelled` whether it was cancelled, and kills and reaps its child.
//! - That one polls the work first (tokio-util 0.7, src/sync/cancellation_token.rs,
//!   run_until_cancelled), so what it computes or sends would go one step further after it
//!   was cancelled; a biased `select!` looks at the token before each step.
//! - A blocking call takes part: it looks at the token between two pieces. Calls that are
//!   queued are begun, look, and end.
//!
//! # When not to use this
//! For many small tasks: each keeps a place in the token's list of those who wait, which is
//! as much memory as a timer.

use anyhow::Result;
use tokio::{runtime::Builder, select};

use crate::{
    Job, Output, Work,
    work::{
        self, Tasks,
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
            Work::Sleep => {
                let sleep = |task| {
                    move |token: CancellationToken| async move {
                        select! {
                            biased;
                            () = token.cancelled() => None,
                            done = sleep(task) => done,
                        }
                    }
                };
                until(deadline, each.map(sleep)).await
            }
            Work::Fetch => {
                let fetch = |task| {
                    move |token: CancellationToken| async move {
                        select! {
                            biased;
                            () = token.cancelled() => None,
                            done = fetch(task) => done,
                        }
                    }
                };
                until(deadline, each.map(fetch)).await
            }
            Work::Cpu => {
                let compute = |task| {
                    move |token: CancellationToken| async move {
                        select! {
                            biased;
                            () = token.cancelled() => None,
                            done = compute(task) => done,
                        }
                    }
                };
                until(deadline, each.map(compute)).await
            }
            Work::Blocking => {
                let call = |task: work::Task| {
                    |token: &CancellationToken| task.in_pieces(|| token.is_cancelled())
                };
                until_told(deadline, each.map(call)).await
            }
            Work::Process => {
                let wait = |task: work::Task| {
                    move |token: CancellationToken| async move {
                        let status = until_killed(&token, task.command().into()).await;
                        task.exited(status)
                    }
                };
                until(deadline, each.map(wait)).await
            }
        }
    };
    // Not spawned: it would wait its turn among those that it is to stop.
    let ended = runtime.block_on(ended).into_iter();
    tasks.output(ended.map(|end| end.map_err(JoinError::into_panic)))
}

// The lesson: everything below can be taken home.
// It needs futures-util (std), tokio (process, rt, time), tokio-util (rt).

use std::{io, process::ExitStatus};

use futures_util::future::{FutureExt, lazy};
use tokio::{
    process::Command,
    task::JoinError,
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::JoinQueue};

/// Does all `tasks` at once until `deadline`, and cancels the token that they look at.
/// Returns what became of each, in input order, once all have ended: an error is a panic.
pub async fn until<W, F>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = W>,
) -> Vec<Result<F::Output, JoinError>>
where
    W: FnOnce(CancellationToken) -> F + Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let token = CancellationToken::new();
    let tasks = tasks.into_iter().map(|task| {
        let token = token.clone();
        // Within, so that a panic before its future is there is its own, too.
        lazy(|_| task(token)).flatten()
    });
    let mut running: JoinQueue<_> = tasks.collect();
    let mut ended = Vec::with_capacity(running.len());
    // The next lines find out whether all were done in time.
    let _ = timeout_at(deadline, join(&mut running, &mut ended)).await;
    token.cancel();
    join(&mut running, &mut ended).await;
    ended
}

/// Makes all `calls`, which block, on the runtime's threads for that. At `deadline` it
/// cancels the token that they look at, and waits until all have ended. Returns what became
/// of each, in input order: an error is a panic.
pub async fn until_told<C, T>(
    deadline: Instant,
    calls: impl IntoIterator<Item = C>,
) -> Vec<Result<T, JoinError>>
where
    C: FnOnce(&CancellationToken) -> T + Send + 'static,
    T: Send + 'static,
{
    let token = CancellationToken::new();
    let _cancel_on_drop = token.clone().drop_guard();
    let mut running = JoinQueue::new();
    for call in calls {
        let token = token.clone();
        running.spawn_blocking(move || call(&token));
    }
    let mut ended = Vec::with_capacity(running.len());
    // The next lines find out whether all were done in time.
    let _ = timeout_at(deadline, join(&mut running, &mut ended)).await;
    token.cancel();
    join(&mut running, &mut ended).await;
    ended
}

/// Runs a process until the token is cancelled, and then kills it. Returns how it ended, or
/// none if it was killed; it has been reaped.
///
/// # Errors
/// It can't be started, waited for or killed.
pub async fn until_killed(
    token: &CancellationToken,
    mut command: Command,
) -> io::Result<Option<ExitStatus>> {
    if token.is_cancelled() {
        return Ok(None);
    }
    let mut child = command.kill_on_drop(true).spawn()?;
    match token.run_until_cancelled(child.wait()).await {
        Some(status) => status.map(Some),
        None => child.kill().await.map(|()| None),
    }
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T>(running: &mut JoinQueue<T>, ended: &mut Vec<Result<T, JoinError>>) {
    while let Some(end) = running.join_next().await {
        ended.push(end);
    }
}
