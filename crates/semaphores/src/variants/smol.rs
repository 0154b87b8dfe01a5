//! A task for each request, which waits for its permit before it begins.
//!
//! All tasks are spawned at once, and async-lock's semaphore suspends each until a permit
//! is free. The global executor has as many threads as `SMOL_THREADS` says, by default
//! one.
//!
//! # What to notice
//! - smol is small crates put together: the semaphore is async-lock's, the client is hyper
//!   over smol's sockets, and the time-out is a timer that races the request.
//! - A `Task` is a future: dropped, it cancels the request. A panic comes out of whoever
//!   awaits it, so the wait catches it.
//!
//! # When not to use this
//! Where permits must go round in order: async-lock lets whoever comes while a permit is
//! free take it, and one who was woken too late waits again at the end of the queue.

use std::io::{Error, ErrorKind};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use async_lock::Semaphore;
use fetching::{Page, outcome};
use http_body_util::BodyExt;
use page_client::smol::{Client, client};
use smol::{Timer, future::FutureExt};

use crate::{Job, Output};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    smol::block_on(async {
        let client = client(job.limit.get(), job.tls());
        let semaphore = Arc::new(Semaphore::new(job.limit.get()));
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let (client, semaphore) = (client.clone(), Arc::clone(&semaphore));
            let timeout = job.timeout();
            requests.push(smol::spawn(async move {
                let _permit = semaphore.acquire().await;
                let late = async {
                    Timer::after(timeout).await;
                    Err(Error::from(ErrorKind::TimedOut).into())
                };
                fetch(&client, &url).or(late).await
            }));
        }
        let mut outcomes = Vec::with_capacity(requests.len());
        for request in requests {
            outcomes.push(match AssertUnwindSafe(request).catch_unwind().await {
                Ok(result) => outcome(result),
                Err(panic) => panic.into(),
            });
        }
        Ok(Output { outcomes })
    })
}

async fn fetch(client: &Client, url: &str) -> Result<Page> {
    let mut response = client.get(url.parse()?).await?;
    let mut page = Page::open(url, response.status().as_u16());
    while let Some(frame) = response.frame().await.transpose()? {
        if let Some(part) = frame.data_ref() {
            page.read(part);
        }
    }
    Ok(page.close())
}
