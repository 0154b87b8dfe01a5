//! A task for each, and `cancel` for every handle: a dropped handle would let its task go.
//!
//! async-std is discontinued; its own advice is to use smol. The move is the executor,
//! which can be the job's own there, and the handle, which cancels when it is dropped.
//!
//! # What to notice
//! - `cancel` also waits until the future has been dropped, so a thousand are cancelled at a
//!   time and not one after the other.
//! - A blocking call that was begun does not end with its handle: it has a flag, and is
//!   awaited. Those that are queued are begun, look, and end.
//! - A dropped child runs on. So processes have the deadline themselves, and are awaited.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use std::{
    collections::VecDeque,
    io,
    panic::AssertUnwindSafe,
    process::{Command, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

use anyhow::Result;
use async_std::task::{JoinHandle, spawn, spawn_blocking, yield_now};
use async_std::{future::timeout, net::TcpStream, task};
use futures_util::{FutureExt, StreamExt, stream};
use smol_hyper::rt::FuturesIo;

use crate::{Job, Output, Task, Tasks, Work};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    task::block_on(async {
        let tasks = Tasks::new(job)?;
        let deadline = tasks.deadline();
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = VecDeque::with_capacity(job.tasks);
        for task in tasks.iter() {
            let stop = Arc::clone(&stop);
            running.push_back(match job.work {
                Work::Sleep => spawn(async move {
                    task.begin();
                    task::sleep(task.length()).await;
                    task.finish();
                }),
                Work::Fetch => spawn(fetch(task)),
                Work::Cpu => spawn(compute(task)),
                Work::Blocking => spawn_blocking(move || {
                    task.in_pieces(|| stop.load(Relaxed));
                }),
                Work::Process => spawn(async move {
                    let status = process(task.command(), deadline).await;
                    task.exited(status);
                }),
            });
        }
        // Whether all were done in time, the next lines find out.
        let _ = timeout(tasks.time_left(), all(&mut running)).await;
        stop.store(true, Relaxed);
        if matches!(job.work, Work::Blocking | Work::Process) {
            all(&mut running).await;
        }
        let cancel = |handle: JoinHandle<()>| async { _ = handle.cancel().await };
        stream::iter(running)
            .for_each_concurrent(1000, cancel)
            .await;
        tasks.output()
    })
}

/// Awaits each, and takes away those that have ended.
async fn all(running: &mut VecDeque<JoinHandle<()>>) {
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
    let mut child = async_std::process::Command::from(command).spawn()?;
    let left = deadline.saturating_duration_since(Instant::now());
    match timeout(left, child.status()).await {
        Ok(status) => status.map(Some),
        Err(_) => {
            child.kill()?;
            child.status().await.map(|_| None)
        }
    }
}
