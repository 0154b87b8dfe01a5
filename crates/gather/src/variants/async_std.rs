//! A task for each request, with a connection of its own: hyper by hand.
//!
//! async-std is discontinued; its own advice is to use smol. The move is the paths: both
//! stand on the same executor and reactor, and `smol` here is this file again.
//!
//! # What to notice
//! - The adapter is smol's: both runtimes' sockets speak futures-io, and hyper takes
//!   either through `FuturesIo`.
//! - A `JoinHandle` is a future: dropped, it leaves the request running, where smol's
//!   `Task` cancels it.
//! - async-std's own `join` is behind its `unstable` feature; the one of futures-util does
//!   the same.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use std::io::{Error, ErrorKind};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use async_std::io::{Read, Write};
use async_std::{future::timeout, net::TcpStream, task};
use bytes::Bytes;
use fetching::{Page, Target, outcome};
use futures_rustls::TlsConnector;
use futures_util::{FutureExt, future::join};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, client::conn::http1::handshake, header::HOST};
use smol_hyper::rt::FuturesIo;

use crate::{Job, Output};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    task::block_on(async {
        let tls = TlsConnector::from(Arc::new(job.tls()));
        let limit = job.timeout();
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let tls = tls.clone();
            requests.push(task::spawn(async move {
                match timeout(limit, fetch(&tls, &url)).await {
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

async fn fetch(tls: &TlsConnector, url: &str) -> Result<Page> {
    let target = Target::of(url)?;
    let stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    match target.server_name()? {
        Some(name) => get(url, &target, tls.connect(name, stream).await?).await,
        None => get(url, &target, stream).await,
    }
}

async fn get<S>(url: &str, target: &Target<'_>, stream: S) -> Result<Page>
where
    S: Read + Write + Unpin,
{
    let (mut sender, connection) = handshake(FuturesIo::new(stream)).await?;
    let exchange = async move {
        let request = Request::get(target.path).header(HOST, target.host);
        let request = request.body(Empty::<Bytes>::new())?;
        let mut response = sender.send_request(request).await?;
        let mut page = Page::open(url, response.status().as_u16());
        while let Some(frame) = response.frame().await.transpose()? {
            if let Some(part) = frame.data_ref() {
                page.read(part);
            }
        }
        Ok(page.close())
    };
    // What stops the connection stops the exchange too, and that one tells why.
    let (page, _) = join(exchange, connection).await;
    page
}
