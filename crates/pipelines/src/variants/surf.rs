//! Tasks, and an async-channel between two stages, with surf, which has its pool off.
//!
//! surf is unmaintained; use reqwest on tokio, or hyper as `smol` does here. Its client
//! runs on async-std.
//!
//! # What to notice
//! - surf's pool takes a connection back whose answer nobody waited for, and whoever gets
//!   it next reads that answer as its own. So each request has a new one here.
//! - Its own time-out ends with the head: one that covers the body is put around it.
//! - A body cut short is a success to it, and is processed and saved.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0036).

use std::io::{Error, ErrorKind};
use std::iter::repeat_n;
use std::panic::AssertUnwindSafe;

use anyhow::Result;
use async_std::channel::{Receiver, Sender, bounded};
use async_std::task::{self, JoinHandle, spawn, spawn_blocking};
use async_std::{future::timeout, io::ReadExt};
use futures_util::FutureExt;
use page_client::surf::Https;
use surf::{Client, Config};

use crate::{Fetched, Item, Job, Output, Saved, Shape, Step, Tally, process, save};

/// Passes every item through the stages.
pub fn run(job: &Job) -> Result<Output> {
    task::block_on(async {
        let client = client(job)?;
        let (mut tally, items) = Tally::new(job);
        let tasks = &mut Vec::new();
        let (into, queued) = bounded(job.queue.get());
        tasks.push(spawn(source(items, into)));
        let outcomes = match job.shape {
            Shape::Chained => {
                let chain = move |item| spawn(chain(client.clone(), item));
                stage(tasks, job, queued, chain)
            }
            Shape::Staged => {
                let fetch = move |item| spawn(fetch(client.clone(), item));
                let fetched = stage(tasks, job, queued, fetch);
                let processed =
                    stage(tasks, job, fetched, |p| spawn_blocking(|| process(p)));
                stage(tasks, job, processed, |p| spawn_blocking(|| save(p)))
            }
        };
        while let Ok(outcome) = outcomes.recv().await {
            if tally.add(outcome).is_break() {
                break;
            }
        }
        drop(outcomes);
        for task in tasks {
            task.await;
        }
        tally.close()
    })
}

async fn source(items: impl Iterator<Item = Item>, into: Sender<Item>) {
    for item in items {
        if into.send(item).await.is_err() {
            break;
        }
    }
}

fn stage<T: Send + 'static, U: Send + 'static>(
    tasks: &mut Vec<JoinHandle<()>>,
    job: &Job,
    from: Receiver<T>,
    work: impl Fn(T) -> JoinHandle<Step<U>> + Clone + Send + 'static,
) -> Receiver<Step<U>> {
    let (into, next) = bounded(job.queue.get());
    for (from, into, work) in repeat_n((from, into, work), job.workers.get()) {
        tasks.push(spawn(async move {
            while let Ok(item) = from.recv().await {
                let step = AssertUnwindSafe(work(item)).catch_unwind().await;
                let step = step.unwrap_or_else(|panic| Err(panic.into()));
                if into.send(step).await.is_err() {
                    break;
                }
            }
        }));
    }
    next
}

async fn chain(client: Client, item: Item) -> Step<Saved> {
    let fetched = fetch(client, item).await;
    spawn_blocking(|| save(process(fetched))).await
}

fn client(job: &Job) -> Result<Client> {
    let config = Config::new().set_timeout(None).set_http_keep_alive(false);
    Ok(Client::try_from(config)?.with(Https::new(job.tls())))
}

async fn fetch(client: Client, item: Item) -> Step<Fetched> {
    let mut download = item.download();
    let limit = download.timeout();
    let request = async {
        let response = client.get(download.url()).await;
        let mut response = response.map_err(surf::Error::into_inner)?;
        download.answered(response.status().into())?;
        let mut part = vec![0; 8192];
        loop {
            match response.read(&mut part).await? {
                0 => return anyhow::Ok(()),
                count => download.read(&part[..count])?,
            }
        }
    };
    let late = |_| Err(Error::from(ErrorKind::TimedOut).into());
    let requested = timeout(limit, request).await.unwrap_or_else(late);
    download.end(requested)
}
