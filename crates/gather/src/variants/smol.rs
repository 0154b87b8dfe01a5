//! A task for each request, with a connection of its own: hyper by hand.
//!
//! smol has no HTTP client, and hyper has no runtime. `FuturesIo` makes smol's socket one
//! that hyper takes, and that is all: a handshake gives the half that sends and the half
//! that moves the bytes, and the request's own task joins them.
//!
//! # What to notice
//! - Line by line it is `tokio_hyper`, but for the adapter, the time-out, which is a timer
//!   that races the request, and the panic, which comes out of whoever awaits the task.
//! - A `Task` is a future: dropped, it cancels the request, and its connection with it.
//!
//! # When not to use this
//! For more than one request to a host: hyper-util's pool does on smol what it does on
//! tokio, with an executor and a connector of a few lines each.

use std::io::{Error, ErrorKind};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use fetching::{Page, Target, outcome};
use futures_rustls::TlsConnector;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, client::conn::http1::handshake, header::HOST};
use smol::future::{FutureExt, zip};
use smol::io::{AsyncRead, AsyncWrite};
use smol::{Timer, net::TcpStream};
use smol_hyper::rt::FuturesIo;

use crate::{Job, Output};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    smol::block_on(async {
        let tls = TlsConnector::from(Arc::new(job.tls()));
        let limit = job.timeout();
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let tls = tls.clone();
            requests.push(smol::spawn(async move {
                let late = async {
                    Timer::after(limit).await;
                    Err(Error::from(ErrorKind::TimedOut).into())
                };
                fetch(&tls, &url).or(late).await
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
    S: AsyncRead + AsyncWrite + Unpin,
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
    let (page, _) = zip(exchange, connection).await;
    page
}
