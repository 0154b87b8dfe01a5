//! A task for each on an executor of the job's own: dropped, they are cancelled.
//!
//! A `Task` is the right to a result: dropping it takes the future off the executor. The
//! executor is a value too, and when it is dropped no task is left of it.
//!
//! # What to notice
//! - A drop asks, as an abort does: the executor drops the futures later, so `run` drops it
//!   before it looks at what became of them.
//! - A blocking call that was begun runs on when its task is dropped, so it has a flag, and
//!   blocking calls are awaited. Those that are queued are begun, look, and end.
//! - A dropped child runs on: `async-process` kills it only if told to. So processes have
//!   the deadline themselves, and are awaited.
//!
//! # When not to use this
//! Where a task must be told to go: there is no token, and a dropped future can't await.

use std::{
    collections::VecDeque,
    io,
    panic::AssertUnwindSafe,
    process::{Command, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Instant,
};

use anyhow::Result;
use smol::future::{FutureExt, block_on, yield_now};
use smol::{Executor, Timer, channel, net::TcpStream, unblock};
use smol_hyper::rt::FuturesIo;

use crate::{Job, Output, Task, Tasks, Work};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    let tasks = Tasks::new(job)?;
    let deadline = tasks.deadline();
    let stop = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        for index in 0..job.workers.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let mut running = VecDeque::with_capacity(job.tasks);
        for task in tasks.iter() {
            let stop = Arc::clone(&stop);
            running.push_back(match job.work {
                Work::Sleep => executor.spawn(async move {
                    task.begin();
                    Timer::after(task.length()).await;
                    task.finish();
                }),
                Work::Fetch => executor.spawn(fetch(task)),
                Work::Cpu => executor.spawn(compute(task)),
                Work::Blocking => unblock(move || task.in_pieces(|| stop.load(Relaxed))),
                Work::Process => executor.spawn(async move {
                    let status = process(task.command(), deadline).await;
                    task.exited(status);
                }),
            });
        }
        let late = async { _ = Timer::at(deadline).await };
        block_on(all(&mut running).or(late));
        stop.store(true, Relaxed);
        if matches!(job.work, Work::Blocking | Work::Process) {
            block_on(all(&mut running));
        }
        drop(running);
        drop(signal);
        anyhow::Ok(())
    })?;
    drop(executor);
    tasks.output()
}

/// Awaits each, and takes away those that have ended.
async fn all(running: &mut VecDeque<smol::Task<()>>) {
    while let Some(task) = running.front_mut() {
        // A panic is the outcome of its task, which has noted it.
        let _ = AssertUnwindSafe(task).catch_unwind().await;
        running.pop_front();
    }
}

async fn fetch(task: Task) {
    let stream = TcpStream::connect(task.address()).await;
    task.exchange(stream.map(FuturesIo::new)).await;
}

async fn compute(task: Task) {
    task.begin();
    for _ in 0..task.pieces() {
        task.compute_piece();
        yield_now().await;
    }
    task.finish();
}

async fn process(command: Command, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    let mut child = smol::process::Command::from(command).spawn()?;
    let status = async { child.status().await.map(Some) };
    let late = async {
        Timer::at(deadline).await;
        Ok(None)
    };
    let status = status.or(late).await?;
    if status.is_none() {
        child.kill()?;
        child.status().await?;
    }
    Ok(status)
}
