//! A task for each fetch with surf's client, and `cancel` for every handle.
//!
//! surf is unmaintained; use reqwest on tokio, or hyper as `smol` does here. It runs on
//! async-std and is a client only: what is no fetch is done as `async_std` does it.
//!
//! # What to notice
//! - A request that is dropped goes back into surf's pool, connection and all: the server
//!   sees it end when the client is dropped, which waits until all are cancelled.
//! - `get` connects and waits for the head in one: which of them was stopped, nothing tells.
//! - Its own time-out ends with the head, so it is taken off; the deadline is for all.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0036).

use std::{collections::VecDeque, panic::AssertUnwindSafe};

use anyhow::Result;
use async_std::task::{JoinHandle, spawn};
use async_std::{future::timeout, io::ReadExt, task};
use fetching::Page;
use futures_util::{FutureExt, StreamExt, stream};
use surf::{Client, Config};

use crate::{Job, Output, Task, Tasks, Work, variants};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    if job.work != Work::Fetch {
        return variants::async_std::run(job);
    }
    task::block_on(async {
        let client = client(job)?;
        let tasks = Tasks::new(job)?;
        let mut running = VecDeque::with_capacity(job.tasks);
        for task in tasks.iter() {
            running.push_back(spawn(fetch(client.clone(), task)));
        }
        // Whether all were done in time, the next lines find out.
        let _ = timeout(tasks.time_left(), all(&mut running)).await;
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
    let mut response = client
        .get(task.url())
        .await
        .map_err(surf::Error::into_inner)?;
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
