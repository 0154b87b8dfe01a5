//! The same on tokio's other runtime: all tasks on the one thread that calls `block_on`.
//!
//! The functions are `tokio`'s, line by line. What differs is where its tasks run: they
//! take turns on this thread. Only names are looked up on another, which blocks.
//!
//! # What to notice
//! - `job.workers` means nothing here: there is one thread for tasks, timers and sockets.
//! - A task that wakes another wakes no thread.
//! - What one task computes, all others wait for: TLS, parsing and digests among it.
//!
//! # When not to use this
//! Where answers take much computing: there is one core for all of it.

use std::io;

use anyhow::Result;
use tokio::runtime::Builder;

use crate::{Job, Output, work::Body};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let client = client(job.timeout())
        .tls_backend_preconfigured(job.tls())
        .build()?;
    let pace = job.pace();
    let fetch = move |url: String| {
        let (client, pace) = (client.clone(), pace.clone());
        async move {
            let _item = pace.item(tokio::time::sleep).await;
            let mut body = Body::of(&url);
            let status = fetch(&client, &url, &mut body).await;
            Ok(body.page(status.map_err(io::Error::other)?))
        }
    };
    let pages = gather(job.urls.clone(), fetch);
    let pages = runtime.block_on(pages).into_iter();
    Ok(pages
        .map(|page| page.map_err(JoinError::into_panic))
        .collect())
}

// The lesson: everything below can be taken home.
// It needs reqwest, tokio (rt), tokio-util (rt).

use std::{error::Error, io::Write, time::Duration};

use reqwest::{Client, ClientBuilder, redirect::Policy};
use tokio::task::JoinError;
use tokio_util::task::JoinQueue;

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
pub async fn gather<I, F>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut tasks = JoinQueue::new();
    for item in items {
        let work = work.clone();
        tasks.spawn(async move { work(item).await });
    }
    let mut ended = Vec::with_capacity(tasks.len());
    while let Some(end) = tasks.join_next().await {
        ended.push(end);
    }
    ended
}

/// How a client is made that gives up each request after `limit`, keeps no connections, and
/// takes any answer for one: statuses and redirects are the caller's.
pub fn client(limit: Duration) -> ClientBuilder {
    Client::builder()
        .timeout(limit)
        .redirect(Policy::none())
        .pool_max_idle_per_host(0)
        .no_proxy()
}

/// Asks for `url`, and writes the answer's body to `body` as it comes. Returns the status.
///
/// # Errors
/// No whole answer came in time, or `body` takes no more.
pub async fn fetch(
    client: &Client,
    url: &str,
    body: &mut impl Write,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let mut response = client.get(url).send().await?;
    while let Some(part) = response.chunk().await? {
        body.write_all(&part)?;
    }
    Ok(response.status().as_u16())
}
