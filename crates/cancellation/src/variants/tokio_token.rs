//! A task for each, all tracked, and all asked to end by one token.
//!
//! Nothing is aborted: each task races its work against the token, so it decides itself what
//! to do when it is cancelled. The tracker is waited for until the last has gone.
//!
//! # What to notice
//! - `run_until_cancelled_owned` is for work that may simply be dropped; a process kills
//!   and reaps its child instead, in a `select!`.
//! - A blocking call takes part: it looks at the token between two pieces. Those that are
//!   queued are begun, look, and end.
//! - The tracker frees a task as soon as it ends, where a `JoinSet` keeps what it returned;
//!   it has to be closed before it can be waited for.
//!
//! # When not to use this
//! For many small tasks: each keeps a place in the token's list of those who wait, which is
//! as much memory as a timer.

use std::{
    io,
    process::{Command, ExitStatus},
};

use anyhow::Result;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::yield_now;
use tokio::time::timeout_at;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

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
    let token = CancellationToken::new();
    runtime.block_on(async {
        let running = TaskTracker::new();
        for task in tasks.iter() {
            let token = token.clone();
            match job.work {
                Work::Sleep => drop(running.spawn(token.run_until_cancelled_owned(sleep(task)))),
                Work::Fetch => drop(running.spawn(token.run_until_cancelled_owned(fetch(task)))),
                Work::Cpu => drop(running.spawn(token.run_until_cancelled_owned(compute(task)))),
                Work::Blocking => drop(running.spawn_blocking(move || {
                    task.in_pieces(|| token.is_cancelled());
                })),
                Work::Process => drop(running.spawn(async move {
                    let status = process(task.command(), &token).await;
                    task.exited(status);
                })),
            };
        }
        running.close();
        if timeout_at(deadline, running.wait()).await.is_err() {
            token.cancel();
        }
        running.wait().await;
    });
    tasks.output()
}

async fn sleep(task: Task) {
    task.begin();
    tokio::time::sleep(task.length()).await;
    task.finish();
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

async fn process(
    command: Command,
    token: &CancellationToken,
) -> io::Result<Option<ExitStatus>> {
    let mut child = tokio::process::Command::from(command).spawn()?;
    match token.run_until_cancelled(child.wait()).await {
        Some(status) => status.map(Some),
        None => child.kill().await.map(|()| None),
    }
}
