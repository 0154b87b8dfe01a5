//! Tasks, and an async-channel between two stages.
//!
//! A stage is as many tasks as workers, which take from one queue and put into the next.
//! Who has an item more than the queue holds waits in `send`: that is the back-pressure.
//!
//! # What to notice
//! - A receiver is cloned as a sender is: each task of a stage has its own, and every item
//!   comes to one of them.
//! - Hashing and writing would keep the executor from everything else, so they run on the
//!   threads of `unblock`.
//! - A panic comes out of whoever awaits the task. Uncaught, it would end the worker, and
//!   be a clean end to the next stage; so it goes on as what became of the item.
//!
//! # When not to use this
//! When there is nothing to wait for: stages that only compute need threads.

use std::iter::repeat_n;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use page_client::smol::Client;
use smol::channel::{Receiver, Sender, bounded};
use smol::future::FutureExt;
use smol::{Executor, Task, spawn, unblock};

use crate::{Fetched, Item, Job, Output, Saved, Shape, Step, Tally, process, save};

/// Passes every item through the stages.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Arc::new(Executor::new());
    smol::block_on(executor.run(async {
        let client = Client::new(&executor, &job.client());
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
                let processed = stage(tasks, job, fetched, |p| unblock(|| process(p)));
                stage(tasks, job, processed, |p| unblock(|| save(p)))
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
    }))
}

async fn source(items: impl Iterator<Item = Item>, into: Sender<Item>) {
    for item in items {
        if into.send(item).await.is_err() {
            break;
        }
    }
}

fn stage<T: Send + 'static, U: Send + 'static>(
    tasks: &mut Vec<Task<()>>,
    job: &Job,
    from: Receiver<T>,
    work: impl Fn(T) -> Task<Step<U>> + Clone + Send + 'static,
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
    unblock(|| save(process(fetched))).await
}

async fn fetch(client: Client, item: Item) -> Step<Fetched> {
    let mut download = item.download();
    let url = download.url().to_owned();
    let requested = client.read(&url, &mut download).await;
    download.end(requested)
}
