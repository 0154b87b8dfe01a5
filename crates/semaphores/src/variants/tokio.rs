//! A task for each request, which waits for its permit before it begins.
//!
//! All tasks are spawned at once. `acquire` suspends a task until a permit is free, which
//! goes back when the task drops it and wakes the next in the same thread.
//!
//! # What to notice
//! - Permits are handed out in the order in which they were asked for: tokio's semaphore is
//!   fair.
//! - A panic ends its task only; the handle tells it as a `JoinError`. The permit has gone
//!   back all the same, when the task was unwound.
//!
//! # When not to use this
//! With more tasks than memory: each waits with all its state, and a finished one keeps it
//! until its handle is awaited. `acquire_owned` before the spawn has so many under way
//! only; `buffer_unordered` has no tasks at all.

use std::sync::Arc;

use anyhow::Result;
use fetching::{Page, outcome};
use reqwest::{Client, redirect::Policy};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;

use crate::{Job, Output};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = client(job)?;
        let semaphore = Arc::new(Semaphore::new(job.limit.get()));
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let (client, semaphore) = (client.clone(), Arc::clone(&semaphore));
            requests.push(tokio::spawn(async move {
                let _permit = semaphore.acquire().await?;
                fetch(&client, &url).await
            }));
        }
        let mut outcomes = Vec::with_capacity(requests.len());
        for request in requests {
            outcomes.push(match request.await {
                Ok(result) => outcome(result),
                Err(error) => error.into_panic().into(),
            });
        }
        Ok(Output { outcomes })
    })
}

fn client(job: &Job) -> reqwest::Result<Client> {
    Client::builder()
        .timeout(job.timeout())
        .pool_max_idle_per_host(job.limit.get())
        .redirect(Policy::none())
        .no_proxy()
        .tls_backend_preconfigured(job.tls())
        .build()
}

async fn fetch(client: &Client, url: &str) -> Result<Page> {
    let mut response = client.get(url).send().await?;
    let mut page = Page::open(url, response.status().as_u16());
    while let Some(part) = response.chunk().await? {
        page.read(&part);
    }
    Ok(page.close())
}
