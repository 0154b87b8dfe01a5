//! A stream that polls at most so many futures at once, in one task.
//!
//! There is no semaphore and no spawning: `buffer_unordered` holds the futures and starts
//! the next when one has finished. Outcomes come as they land, so each brings its index.
//! (`buffered` keeps the order instead, and lets one late answer hold up the next start.)
//!
//! # What to notice
//! - All requests share one task, hence one thread: what one of them computes, the others
//!   wait for. Only reqwest's connections run beside it.
//! - A future that is not polled makes no progress. Awaiting anything else between two
//!   items of the stream stops every request.
//!
//! # When not to use this
//! When the work on an answer is more than a little: spawn it, as `tokio` does.

use std::panic::AssertUnwindSafe;

use anyhow::Result;
use fetching::{Page, outcome};
use futures_util::{FutureExt, StreamExt, stream};
use reqwest::{Client, redirect::Policy};
use test_fixtures::Outcome;
use tokio::runtime::Builder;

use crate::{Job, Output};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = client(job)?;
        let client = &client;
        let requests = stream::iter(job.urls.iter().enumerate()).map(|(index, url)| {
            let request = AssertUnwindSafe(fetch(client, url)).catch_unwind();
            request.map(move |result| (index, result))
        });
        let mut requests = requests.buffer_unordered(job.limit.get());
        let mut outcomes = vec![Outcome::Cancelled; job.urls.len()];
        while let Some((index, result)) = requests.next().await {
            outcomes[index] = match result {
                Ok(result) => outcome(result),
                Err(panic) => panic.into(),
            };
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
