//! A task for each request, with surf's own pool.
//!
//! surf is unmaintained; use reqwest on tokio, or hyper as `smol` does here. Its client
//! runs on async-std. [`Https`] gives it a rustls of today; its own is of 2020.
//!
//! # What to notice
//! - surf keeps at most 50 connections to a host unless told otherwise, so "all at once"
//!   has to be said: `set_max_connections_per_host`.
//! - Its own time-out ends with the head. It is taken off, and one that covers the body is
//!   put around the request.
//! - A body cut short is a success to it.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0036).

use std::io::{Error, ErrorKind};
use std::panic::AssertUnwindSafe;

use anyhow::Result;
use async_std::{future::timeout, io::ReadExt, task};
use fetching::{Page, outcome};
use futures_util::FutureExt;
use page_client::surf::Https;
use surf::{Client, Config};

use crate::{Job, Output};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    task::block_on(async {
        let client = client(job)?;
        let limit = job.timeout();
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let client = client.clone();
            requests.push(task::spawn(async move {
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

fn client(job: &Job) -> Result<Client> {
    let config = Config::new()
        .set_max_connections_per_host(job.urls.len())
        .set_tcp_no_delay(true)
        .set_timeout(None);
    let client: Client = config.try_into()?;
    Ok(client.with(Https::new(job.tls())))
}

async fn fetch(client: &Client, url: &str) -> Result<Page> {
    let mut response = client.get(url).await.map_err(surf::Error::into_inner)?;
    let mut page = Page::open(url, response.status().into());
    let mut part = vec![0; 8192];
    loop {
        match response.read(&mut part).await? {
            0 => return Ok(page.close()),
            count => page.read(&part[..count]),
        }
    }
}
