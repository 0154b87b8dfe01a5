//! A stream that each stage turns into another, on tokio.
//!
//! `buffer_unordered` holds as many items as a stage has workers, and asks the stage before
//! it for one more when it has room. A queue is items that are ready, `buffered`.
//!
//! # What to notice
//! - Back-pressure is the absence of a poll: a buffer that is full asks for nothing, and what
//!   nobody polls stands still. So each piece of work is spawned, to go on by itself.
//! - Without the queues, a stage would be asked for its next item only when the last one is
//!   done with; with one worker each, stages would never overlap.
//! - To drop a stream is to leave. A handle that is dropped detaches its task; here the end
//!   of the runtime ends that, too.
//!
//! # When not to use this
//! Where a stage should run ahead of a slow one: queues as in `tokio` fill by themselves.

use anyhow::Result;
use futures_util::{StreamExt, future::ready, stream};
use reqwest::{Client, redirect::Policy};
use tokio::runtime::Builder;
use tokio::task::{JoinError, spawn, spawn_blocking};

use crate::{Fetched, Item, Job, Output, Saved, Shape, Step, Tally, process, save};

/// Passes every item through the stages.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .max_blocking_threads(3 * job.workers.get())
        .enable_all()
        .build()?;
    let (mut tally, items) = Tally::new(job);
    runtime.block_on(async {
        let client = Client::builder()
            .timeout(job.timeout())
            .pool_max_idle_per_host(job.workers.get())
            .redirect(Policy::none())
            .no_proxy()
            .tls_backend_preconfigured(job.tls())
            .build()?;
        let (workers, queue) = (job.workers.get(), job.queue.get());
        let items = stream::iter(items);
        let mut outcomes = match job.shape {
            Shape::Chained => items
                .map(move |item| spawn(chain(client.clone(), item)))
                .buffer_unordered(workers)
                .map(joined)
                .boxed(),
            Shape::Staged => items
                .map(move |item| spawn(fetch(client.clone(), item)))
                .buffer_unordered(workers)
                .map(ready)
                .buffered(queue)
                .map(|fetched| spawn_blocking(|| process(joined(fetched))))
                .buffer_unordered(workers)
                .map(ready)
                .buffered(queue)
                .map(|processed| spawn_blocking(|| save(joined(processed))))
                .buffer_unordered(workers)
                .map(joined)
                .boxed(),
        };
        while let Some(outcome) = outcomes.next().await {
            if tally.add(outcome).is_break() {
                break;
            }
        }
        anyhow::Ok(())
    })?;
    // Waits for what `spawn_blocking` has started.
    drop(runtime);
    tally.close()
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
