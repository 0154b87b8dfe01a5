//! A task for each with surf's client, and `cancel` for every handle, as on async-std.
//!
//! surf is unmaintained; use reqwest on tokio, or hyper as `smol` does here. It runs on
//! async-std, so whatever is not a fetch is that runtime's.
//!
//! # What to notice
//! - A request that is dropped goes back into surf's pool, connection and all: the server
//!   sees it end when the client is dropped, which waits until all are cancelled.
//! - `get` connects and waits for the head in one: which of them was stopped, nothing tells.
//! - Its own time-out ends with the head, so it is taken off; the deadline is for all.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0036).

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
use async_std::{future::timeout, io::ReadExt, task};
use fetching::Page;
use futures_util::{FutureExt, StreamExt, stream};
use surf::{Client, Config};

use crate::{Job, Output, Task, Tasks, Work};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    task::block_on(async {
        let client = client(job)?;
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
                Work::Fetch => spawn(fetch(client.clone(), task)),
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
        let late = timeout(tasks.time_left(), all(&mut running)).await.is_err();
        stop.store(true, Relaxed);
        if late && matches!(job.work, Work::Blocking | Work::Process) {
            all(&mut running).await;
        }
        let cancel = |handle: JoinHandle<()>| async { _ = handle.cancel().await };
        stream::iter(running).for_each_concurrent(1000, cancel).await;
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

fn client(job: &Job) -> Result<Client> {
    let config = Config::new()
        .set_max_connections_per_host(job.urls.len())
        .set_timeout(None);
    Ok(config.try_into()?)
}

async fn fetch(client: Client, task: Task) {
    let page = page(&client, &task).await;
    task.settle(page);
}

async fn page(client: &Client, task: &Task) -> Result<Page> {
    task.address();
    let mut response = client.get(task.url()).await.map_err(surf::Error::into_inner)?;
    task.answered();
    let mut page = Page::open(task.url(), response.status().into());
    let mut part = vec![0; 8192];
    loop {
        match response.read(&mut part).await? {
            0 => return Ok(page.close()),
            count => page.read(&part[..count]),
        }
    }
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
