//! A task for each, all on one thread and io_uring, and one `timeout_at` around the wait for
//! all of them.
//!
//! A handle that is dropped cancels its task: the future goes, and with it what it waits
//! for. Only what the kernel has been handed stays until the kernel is done with it.
//!
//! # What to notice
//! - A read that is dropped has handed over its buffer, and the kernel may have filled it:
//!   compio keeps it until the kernel is done, and then drops it with the bytes that came.
//!   A `CancelToken` returns them (`tests/buffers.rs`), but not in an optimised build
//!   (compio-runtime 0.12.6, src/waker/ext.rs, get_ext).
//! - It does not stop a blocking call that has begun: the call looks at a flag, and is
//!   waited for. There is a permit for each thread of the pool, since compio's own thread
//!   spins while none is free (compio-driver 0.12.5, src/sys/driver/iour/mod.rs,
//!   push_blocking).
//! - compio's `Child::wait` takes the child along, and a thread (compio-process 0.9.2,
//!   src/unix.rs, child_wait). So a descriptor of the process is waited for here.
//!
//! # When not to use this
//! Where a task must do something before it ends: a future that is dropped can't await.

use std::any::Any;

use anyhow::Result;
use compio::{
    driver::{DriverType, ProactorBuilder},
    runtime::RuntimeBuilder,
};

use crate::{
    Job, Output, Work,
    work::{
        self, REAPED_WITHIN, Tasks,
        compio::{compute, fetch, sleep},
    },
};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    // By default it is epoll where io_uring is refused, and this would be another row.
    let mut driver = ProactorBuilder::new();
    driver.driver_type(DriverType::IoUring);
    let mut runtime = RuntimeBuilder::new();
    if job.work == Work::Cpu {
        // By default 61 tasks have their turn before a timer has.
        runtime.event_interval(1);
    }
    let runtime = runtime.with_proactor(driver).build()?;
    let tasks = Tasks::new(job)?;
    let (work, each, deadline) = (job.work, tasks.iter(), tasks.deadline());
    let threads = job.workers.get();
    let ended = async move {
        match work {
            Work::Sleep => until(deadline, each.map(sleep)).await,
            Work::Fetch => until(deadline, each.map(fetch)).await,
            Work::Cpu => until(deadline, each.map(compute)).await,
            Work::Blocking => {
                let call = |task: work::Task| {
                    |stop: &AtomicBool| task.in_pieces(|| stop.load(Relaxed))
                };
                until_told(threads, deadline, each.map(call)).await
            }
            Work::Process => {
                let wait = |task: work::Task| async move {
                    let status = until_killed(deadline, task.command()).await;
                    task.exited(status)
                };
                // Each ends on its own at the deadline.
                until(deadline + REAPED_WITHIN, each.map(wait)).await
            }
        }
    };
    let ended = runtime.block_on(ended).into_iter();
    tasks.output(ended.map(|end| match end {
        Ok(done) => Ok(done),
        Err(JoinError::Cancelled) => Ok(None),
        Err(JoinError::Panicked(panic)) => Err(panic as Box<dyn Any + Send>),
    }))
}

// The lesson: everything below can be taken home.
// It needs async-lock, compio (time), futures-channel, rustix (process).

use std::{
    collections::VecDeque,
    io,
    process::{Child, Command, ExitStatus},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

use async_lock::Semaphore;
use compio::{
    runtime::{JoinError, JoinHandle, fd::PollFd, spawn, spawn_blocking},
    time::timeout_at,
};
use futures_channel::oneshot;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// Does all `tasks` at once until `deadline`, and stops those that are not done. Returns
/// what became of each, in input order, once all have ended: an error is a panic, or one
/// that was stopped.
pub async fn until<F>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Result<F::Output, JoinError>>
where
    F: Future<Output: 'static> + 'static,
{
    let (alive, all_gone) = oneshot::channel::<()>();
    let alive = Rc::new(alive);
    let running = tasks.into_iter().map(|task| {
        let alive = Rc::clone(&alive);
        spawn(async move {
            let _alive = alive;
            task.await
        })
    });
    let mut running: VecDeque<_> = running.collect();
    drop(alive);
    let mut ended = Vec::with_capacity(running.len());
    // The next lines find out whether all were done in time.
    let _ = timeout_at(deadline, join(&mut running, &mut ended)).await;
    for task in running {
        ended.push(match task.is_finished() {
            true => task.await,
            // Dropped, it is cancelled.
            false => Err(JoinError::Cancelled),
        });
    }
    // It fails once the last future has been dropped.
    let _ = all_gone.await;
    ended
}

/// Makes all `calls`, which block, on `threads` of the runtime's for that. At `deadline` it
/// sets the flag that they look at, and waits until all that were begun have ended. Returns
/// what became of each, in input order: an error is a panic, or one that was never begun.
pub async fn until_told<C, T>(
    threads: usize,
    deadline: Instant,
    calls: impl IntoIterator<Item = C>,
) -> Vec<Result<T, JoinError>>
where
    C: FnOnce(&AtomicBool) -> T + Send + 'static,
    T: Send + 'static,
{
    let stop = StopOnDrop::default();
    let permits = Arc::new(Semaphore::new(threads));
    let mut running = VecDeque::new();
    for call in calls {
        let (stop, permits) = (Arc::clone(&stop.0), Arc::clone(&permits));
        running.push_back(spawn(async move {
            let _permit = permits.acquire().await;
            if stop.load(Relaxed) {
                return Err(JoinError::Cancelled);
            }
            spawn_blocking(move || call(&stop)).await
        }));
    }
    let mut ended = Vec::with_capacity(running.len());
    // The next lines find out whether all were done in time.
    let _ = timeout_at(deadline, join(&mut running, &mut ended)).await;
    drop(stop);
    join(&mut running, &mut ended).await;
    ended.into_iter().map(Result::flatten).collect()
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
    let mut child = KillOnDrop(command.spawn()?);
    let process = pidfd_open(Pid::from_child(&child.0), PidfdFlags::empty())?;
    // It can be read from when the process has ended.
    let process = PollFd::new(process)?;
    match timeout_at(deadline, process.read_ready()).await {
        Ok(ended) => {
            ended?;
            child.0.wait().map(Some)
        }
        Err(_) => {
            child.0.kill()?;
            process.read_ready().await?;
            child.0.wait().map(|_| None)
        }
    }
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T>(
    running: &mut VecDeque<JoinHandle<T>>,
    ended: &mut Vec<Result<T, JoinError>>,
) {
    while let Some(task) = running.front_mut() {
        ended.push(task.await);
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

/// Kills the process when it is dropped, and reaps it. It does nothing to one that has been.
struct KillOnDrop(Child);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        // Both fail only where the process is not there any more.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
