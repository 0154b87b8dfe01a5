//! A task for each item, and surf, with a connection for each request.
//!
//! surf is unmaintained; use reqwest on tokio, or hyper as `smol` does here. It runs on
//! async-std. Here it is given [`Https`] to connect with: surf's own rustls is of 2020, and
//! its own connections read a line of a head for as long as it comes, and keep it.
//!
//! # What to notice
//! - surf keeps at most 50 connections to a host unless it is configured otherwise, so "all
//!   at once" needs `set_max_connections_per_host` (surf 2.3.2, src/config.rs).
//! - Its own time-out ends with the head (http-client 6.5.3, src/h1/mod.rs, send). It is
//!   taken off, and one that covers the body is put around the request.
//! - A body shorter than its Content-Length is a success to it, and one without a length
//!   is empty.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0036).

use anyhow::Result;
use page_client::surf::Https;

use crate::{Job, Output, work::Body};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let client = client(job.urls.len())?.with(Https::for_http_too(job.tls()));
    let limit = job.timeout();
    let pace = job.pace();
    let fetch = move |url: String| {
        let (client, pace) = (client.clone(), pace.clone());
        async move {
            let _item = pace.item(task::sleep).await;
            let mut body = Body::of(&url);
            let status = fetch(&client, limit, &url, &mut body).await;
            Ok(body.page(status.map_err(surf::Error::into_inner)?))
        }
    };
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let pages = task::block_on(task::spawn(gather(job.urls.clone(), fetch)));
    Ok(pages.into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs async-std, futures-util (std), surf.

use std::{
    io::{self, ErrorKind, Write},
    panic::AssertUnwindSafe,
    thread,
    time::Duration,
};

use async_std::{future::timeout, io::ReadExt, task};
use futures_util::FutureExt;
use surf::{Client, Config};

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
pub async fn gather<I, F>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut tasks = Vec::new();
    for item in items {
        let work = work.clone();
        let work = AssertUnwindSafe(async move { work(item).await });
        tasks.push(task::spawn(work.catch_unwind()));
    }
    let mut ended = Vec::with_capacity(tasks.len());
    for task in tasks {
        ended.push(task.await);
    }
    ended
}

/// A client that has as many connections to a host as it is allowed here. After a time-out
/// make a new one: the pool keeps the connection, and the next request on it reads the late
/// answer as its own.
///
/// # Errors
/// surf refuses its settings.
pub fn client(connections: usize) -> io::Result<Client> {
    let config = Config::new()
        .set_max_connections_per_host(connections)
        .set_tcp_no_delay(true)
        .set_timeout(None);
    config.try_into().map_err(io::Error::other)
}

/// Asks for `url`, and writes the answer's body to `body` as it comes. Returns the status.
///
/// # Errors
/// No whole answer came in time, or `body` takes no more.
pub async fn fetch(
    client: &Client,
    limit: Duration,
    url: &str,
    body: &mut impl Write,
) -> surf::Result<u16> {
    let exchange = async {
        // surf itself panics at what is no URL.
        let url: surf::Url = url.parse()?;
        let mut response = client.get(url).await?;
        let mut part = vec![0; 8 * 1024];
        loop {
            match response.read(&mut part).await? {
                0 => return Ok(response.status().into()),
                count => body.write_all(&part[..count])?,
            }
            // A server that always has more to send would keep the timer from its turn.
            task::yield_now().await;
        }
    };
    match timeout(limit, exchange).await {
        Ok(status) => status,
        Err(_) => Err(io::Error::from(ErrorKind::TimedOut).into()),
    }
}
