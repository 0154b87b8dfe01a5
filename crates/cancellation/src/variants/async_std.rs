//! A task for each, and one `timeout` around the wait for all of them.
//!
//! async-std is discontinued; use `smol`, from which this differs by the executor: there is
//! one for the whole process, with as many threads as `ASYNC_STD_THREAD_COUNT` says.
//!
//! # What to notice
//! - A handle that is dropped lets its task run on, where smol's cancels it: here only
//!   `cancel` does, once it is polled. A channel closes when all futures have been dropped.
//! - It does not stop a blocking call that has begun: the call looks at a flag, and is
//!   waited for. A queued call looks at the flag too, and is never begun.
//! - A child that is dropped runs on, or is killed with `kill_on_drop` and reaped later
//!   (async-process 2.5, src/lib.rs, kill_on_drop). So a process has the deadline itself,
//!   and is waited for.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use anyhow::Result;

use crate::{
    Job, Output, Work,
    work::{
        self, REAPED_WITHIN, Tasks,
        async_std::{compute, fetch, sleep},
    },
};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = Tasks::new(job)?;
    let (work, each, deadline) = (job.work, tasks.iter(), tasks.deadline());
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
    let ended = task::block_on(ended).into_iter();
    tasks.output(ended.map(|end| end.unwrap_or(Ok(None))))
}

// The lesson: everything below can be taken home.
// It needs async-std (unstable), futures-util (std).

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

use async_std::{
    channel,
    future::timeout,
    process::Command,
    task::{self, JoinHandle, spawn_blocking},
};
use futures_util::FutureExt;

/// Does all `tasks` at once until `deadline`, and stops those that are not done. Returns
/// what became of each, in input order, once all have ended: an error is a panic, and
/// `None` a task that was stopped. That may have been in its last step: `cancel` drops what
/// a task returns meanwhile (async-task 4.7, src/raw.rs, run).
pub async fn until<F>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Option<thread::Result<F::Output>>>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let (alive, all_gone) = channel::bounded::<()>(1);
    let tasks = tasks.into_iter().map(move |task| {
        let (task, alive) = (AssertUnwindSafe(task).catch_unwind(), alive.clone());
        task::spawn(task.inspect(move |_| drop(alive)))
    });
    let mut running: VecDeque<_> = tasks.collect();
    let mut ended = Vec::with_capacity(running.len());
    let left = deadline.saturating_duration_since(Instant::now());
    // The next lines find out whether all were done in time.
    let _ = timeout(left, join(&mut running, &mut ended)).await;
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
        running.push_back(spawn_blocking(move || {
            let begins = !stop.load(Relaxed);
            begins.then(|| catch_unwind(AssertUnwindSafe(|| call(&stop))))
        }));
    }
    let mut ended = Vec::with_capacity(running.len());
    let left = deadline.saturating_duration_since(Instant::now());
    // The next lines find out whether all were done in time.
    let _ = timeout(left, join(&mut running, &mut ended)).await;
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
    let left = deadline.saturating_duration_since(Instant::now());
    match timeout(left, child.status()).await {
        Ok(status) => status.map(Some),
        Err(_) => {
            child.kill()?;
            child.status().await.map(|_| None)
        }
    }
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T, E: From<T>>(running: &mut VecDeque<JoinHandle<T>>, ended: &mut Vec<E>) {
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
