//! A task for each request, with a connection of its own: hyper by hand.
//!
//! hyper speaks the protocol and leaves the rest to its caller. A handshake gives two
//! halves, one to send requests with and one that moves the bytes; both have to be polled,
//! so both are joined in the request's own task.
//!
//! # What to notice
//! - This is what `tokio` has under reqwest, without the pool. The diff to `smol` is what
//!   a runtime is to a client: a socket, an adapter, a timer, `spawn` and `join`.
//! - Nothing runs beside the task: given up at its time-out, it drops the exchange and the
//!   connection with it.
//!
//! # When not to use this
//! For more than one request to a host, which would share a connection; or where proxies
//! or redirects come up. reqwest has all of it.

use std::io::{Error, ErrorKind};
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use fetching::{Page, Target, outcome};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, client::conn::http1::handshake, header::HOST};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::{net::TcpStream, runtime::Builder, time::timeout};
use tokio_rustls::TlsConnector;

use crate::{Job, Output};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let tls = TlsConnector::from(Arc::new(job.tls()));
        let limit = job.timeout();
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in job.urls.clone() {
            let tls = tls.clone();
            requests.push(tokio::spawn(async move {
                match timeout(limit, fetch(&tls, &url)).await {
                    Ok(result) => result,
                    Err(_) => Err(Error::from(ErrorKind::TimedOut).into()),
                }
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
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
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
    let (page, _) = tokio::join!(exchange, connection);
    page
}
