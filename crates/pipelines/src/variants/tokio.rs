//! Tasks, and a tokio `mpsc` channel between two stages.
//!
//! A stage is as many tasks as workers, which take from one queue and put into the next.
//! Who has an item more than the queue holds waits in `send`: that is the back-pressure.
//!
//! # What to notice
//! - A receiver has one owner: a stage's tasks share it behind a lock that they can await.
//! - Hashing and writing would hold up the executor; `spawn_blocking` has other threads.
//! - A worker that panics is a clean end to the next stage, so work is a task of its own.
//!
//! # When not to use this
//! When there is nothing to wait for: stages that only compute need threads.

use std::{iter::repeat_n, sync::Arc};

use anyhow::Result;
use reqwest::{Client, redirect::Policy};
use tokio::runtime::Builder;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinError, JoinHandle, JoinSet, spawn, spawn_blocking};

use crate::{Fetched, Item, Job, Output, Saved, Shape, Step, Tally, process, save};

/// Passes every item through the stages.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .max_blocking_threads(3 * job.workers.get())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = Client::builder()
            .timeout(job.timeout())
            .pool_max_idle_per_host(job.workers.get())
            .redirect(Policy::none())
            .no_proxy()
            .tls_backend_preconfigured(job.tls())
            .build()?;
        let (mut tally, items) = Tally::new(job);
        let tasks = &mut JoinSet::new();
        let (into, queued) = channel(job.queue.get());
        tasks.spawn(source(items, into));
        let mut outcomes = match job.shape {
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
        while let Some(outcome) = outcomes.recv().await {
            if tally.add(outcome).is_break() {
                break;
            }
        }
        drop(outcomes);
        while tasks.join_next().await.is_some() {}
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
    tasks: &mut JoinSet<()>,
    job: &Job,
    from: Receiver<T>,
    work: impl Fn(T) -> JoinHandle<Step<U>> + Clone + Send + 'static,
) -> Receiver<Step<U>> {
    let (into, next) = channel(job.queue.get());
    let from = Arc::new(Mutex::new(from));
    for (from, into, work) in repeat_n((from, into, work), job.workers.get()) {
        tasks.spawn(async move {
            loop {
                let item = from.lock().await.recv().await;
                let Some(item) = item else { break };
                let step = joined(work(item).await);
                if into.send(step).await.is_err() {
                    break;
                }
            }
        });
    }
    next
}

fn joined<T>(step: Result<Step<T>, JoinError>) -> Step<T> {
    step.unwrap_or_else(|error| Err(error.into_panic().into()))
}

async fn chain(client: Client, item: Item) -> Step<Saved> {
    let fetched = fetch(client, item).await;
    joined(spawn_blocking(|| save(process(fetched))).await)
}

async fn fetch(client: Client, item: Item) -> Step<Fetched> {
    let mut download = item.download();
    let request = async {
        let mut response = client.get(download.url()).send().await?;
        download.answered(response.status().as_u16())?;
        while let Some(part) = response.chunk().await? {
            download.read(&part)?;
        }
        anyhow::Ok(())
    };
    let requested = request.await;
    download.end(requested)
}
