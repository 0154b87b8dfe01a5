//! A task for each request, awaited in input order.
//!
//! Spawned, the tasks run from then on, on all of the runtime's threads; to await their
//! handles one after another only gathers what has landed meanwhile.
//!
//! # What to notice
//! - Nothing limits how many are in flight: reqwest opens as many connections as there are
//!   requests. Its pool limits only the idle ones.
//! - A panic ends its task only; the handle tells it as a `JoinError`.
//! - reqwest has no time-out unless it is given one; this one covers the body too.
//!
//! # When not to use this
//! For more URLs than the other side, or this side's descriptors, can bear at once: put a
//! semaphore before the spawn.

use anyhow::Result;
use fetching::{Page, outcome};
use reqwest::{Client, redirect::Policy};
use tokio::runtime::Builder;

use crate::{Job, Output};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = client(job)?;
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let client = client.clone();
            requests.push(tokio::spawn(async move { fetch(&client, &url).await }));
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
