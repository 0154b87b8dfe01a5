//! A task for each request, which waits for its permit before it begins.
//!
//! async-std is discontinued; its own advice is to use smol. The move is the paths, and the
//! time-out, which is a timer there that races the request: both stand on the same
//! executor, reactor and locks.
//!
//! # What to notice
//! - async-std exports a mutex but no semaphore, so the semaphore is async-lock's, which is
//!   what its own locks are made of.
//! - A `JoinHandle` is a future: dropped, it leaves the task running. A panic comes out of
//!   whoever awaits it, so the wait catches it.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use std::io::{Error, ErrorKind};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use async_lock::Semaphore;
use async_std::{future::timeout, task};
use fetching::{Page, outcome};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use page_client::async_std::{Client, client};

use crate::{Job, Output};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    task::block_on(async {
        let client = client(job.limit.get(), job.tls());
        let semaphore = Arc::new(Semaphore::new(job.limit.get()));
        let limit = job.timeout();
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let (client, semaphore) = (client.clone(), Arc::clone(&semaphore));
            requests.push(task::spawn(async move {
                let _permit = semaphore.acquire().await;
                match timeout(limit, fetch(&client, &url)).await {
                    Ok(result) => result,
                    Err(_) => Err(Error::from(ErrorKind::TimedOut).into()),
                }
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
