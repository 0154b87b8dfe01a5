//! A task for each, all in one `JoinSet`, which is shut down when the time is up.
//!
//! One timer is enough: `timeout_at` is around the wait for all. When it elapses, `abort`
//! drops each task's future at the `.await` that it stands at, and what the future holds
//! goes with it, its socket and its timer.
//!
//! # What to notice
//! - An abort is asked for, not done: the loop after it waits until each has ended.
//! - It does nothing to a blocking call that was begun: that one has a flag, and the loop
//!   waits for it as for the others. Those that are queued are never begun.
//! - A dropped child is killed, but reaped whenever the runtime gets to it. So processes
//!   have the deadline themselves, and are not aborted.
//!
//! # When not to use this
//! Where a task must do something before it goes: an abort lets it do nothing but drop.

use std::{
    io,
    process::{Command, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use anyhow::Result;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, timeout_at};

use crate::{Job, Output, Task, Tasks, Work};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .max_blocking_threads(job.workers.get())
        .enable_all()
        .build()?;
    let tasks = Tasks::new(job)?;
    let deadline = tasks.deadline().into();
    let stop = Arc::new(AtomicBool::new(false));
    runtime.block_on(async {
        let mut running = JoinSet::new();
        for task in tasks.iter() {
            let stop = Arc::clone(&stop);
            match job.work {
                Work::Sleep => running.spawn(async move {
                    task.begin();
                    tokio::time::sleep(task.length()).await;
                    task.finish();
                }),
                Work::Fetch => running.spawn(fetch(task)),
                Work::Cpu => running.spawn(compute(task)),
                Work::Blocking => running.spawn_blocking(move || {
                    task.in_pieces(|| stop.load(Relaxed));
                }),
                Work::Process => running.spawn(async move {
                    let status = process(task.command(), deadline).await;
                    task.exited(status);
                }),
            };
        }
        let all = async { while running.join_next().await.is_some() {} };
        if timeout_at(deadline, all).await.is_err() && job.work != Work::Process {
            stop.store(true, Relaxed);
            running.abort_all();
        }
        while running.join_next().await.is_some() {}
    });
    tasks.output()
}

async fn fetch(task: Task) {
    let stream = TcpStream::connect(task.address()).await;
    task.exchange(stream.map(TokioIo::new)).await;
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
    let mut child = tokio::process::Command::from(command).spawn()?;
    match timeout_at(deadline, child.wait()).await {
        Ok(status) => status.map(Some),
        Err(_) => child.kill().await.map(|()| None),
    }
}
