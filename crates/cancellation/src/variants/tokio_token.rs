//! A task for each, all tracked, and all asked to end by one token.
//!
//! Nothing is aborted: each task races its work against the token, so it decides itself what
//! to do when it is cancelled. The tracker is waited for until the last has gone.
//!
//! # What to notice
//! - `select!` drops the work, as an abort would; what has to end in order asks
//!   `run_until_cancelled` whether it was cancelled, and kills and reaps its child.
//! - That one polls the work first, so what it computes or sends would go one step further
//!   after it was told; a biased `select!` looks at the token before each.
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
use tokio::select;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout_at};
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
                Work::Sleep => running.spawn(async move {
                    task.begin();
                    select! {
                        () = token.cancelled() => {}
                        () = sleep(task.length()) => task.finish(),
                    }
                }),
                Work::Fetch => running.spawn(async move {
                    select! {
                        biased;
                        () = token.cancelled() => {}
                        () = fetch(task) => {}
                    }
                }),
                Work::Cpu => running.spawn(async move {
                    select! {
                        biased;
                        () = token.cancelled() => {}
                        () = compute(task) => {}
                    }
                }),
                Work::Blocking => running.spawn_blocking(move || {
                    task.in_pieces(|| token.is_cancelled());
                }),
                Work::Process => running.spawn(async move {
                    let status = process(task.command(), &token).await;
                    task.exited(status);
                }),
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
