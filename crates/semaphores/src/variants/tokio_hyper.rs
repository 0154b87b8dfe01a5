//! As many connections as permits, driven by hand on one thread.
//!
//! Whoever has a connection has a permit, so nothing counts. The connections take URLs
//! from one iterator, each when it is done with the last, and hyper speaks HTTP/1.1 on
//! tokio's sockets.
//!
//! # What to notice
//! - One thread does everything, so `job.workers` means nothing here, the iterator needs no
//!   lock, and no wake-up ever crosses from one core to another.
//! - There is no pool, no redirect and no decoding: what reqwest does around hyper is left
//!   out, and it is most of what a short request costs.
//! - A connection goes on to the next request once hyper says that it is ready.
//!
//! # When not to use this
//! For URLs of many hosts: a connection that meets another host is opened anew. Nor where
//! answers take much computing: there is one core for all of it.

use std::cell::RefCell;
use std::io::{Error, ErrorKind};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use fetching::{Page, Target, outcome};
use futures_util::{FutureExt, future::join_all};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, header::HOST};
use hyper_util::rt::TokioIo;
use test_fixtures::Outcome;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::{net::TcpStream, runtime::Builder, time::timeout};
use tokio_rustls::TlsConnector;

use crate::{Job, Output};

/// A connection that waits for its next request, and what it was opened for.
type Idle<'url> = Option<(Target<'url>, SendRequest<Empty<Bytes>>)>;

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let tls = TlsConnector::from(Arc::new(job.tls()));
    let mut outcomes = vec![Outcome::Cancelled; job.urls.len()];
    let requests = RefCell::new(job.urls.iter().zip(&mut outcomes));
    let next = || requests.borrow_mut().next();
    runtime.block_on(async {
        let connection = |_| async {
            let mut idle = None;
            while let Some((url, slot)) = next() {
                let request =
                    AssertUnwindSafe(fetch(&mut idle, &tls, url)).catch_unwind();
                *slot = match timeout(job.timeout(), request).await {
                    Ok(Ok(result)) => outcome(result),
                    Ok(Err(panic)) => panic.into(),
                    Err(_) => outcome(Err(Error::from(ErrorKind::TimedOut).into())),
                };
            }
        };
        join_all((0..job.limit.get().min(job.urls.len())).map(connection)).await;
    });
    Ok(Output { outcomes })
}

async fn fetch<'url>(
    idle: &mut Idle<'url>,
    tls: &TlsConnector,
    url: &'url str,
) -> Result<Page> {
    let target = Target::of(url)?;
    let mut sender = sender(idle, tls, &target).await?;
    let request = Request::get(target.path).header(HOST, target.host);
    let request = request.body(Empty::<Bytes>::new())?;
    let mut response = sender.send_request(request).await?;
    let mut page = Page::open(url, response.status().as_u16());
    while let Some(frame) = response.frame().await.transpose()? {
        if let Some(part) = frame.data_ref() {
            page.read(part);
        }
    }
    *idle = Some((target, sender));
    Ok(page.close())
}

async fn sender(
    idle: &mut Idle<'_>,
    tls: &TlsConnector,
    target: &Target<'_>,
) -> Result<SendRequest<Empty<Bytes>>> {
    if let Some((opened_for, mut sender)) = idle.take()
        && opened_for.has_origin_of(target)
        && sender.ready().await.is_ok()
    {
        return Ok(sender);
    }
    let stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    match target.server_name()? {
        Some(name) => open(tls.connect(name, stream).await?).await,
        None => open(stream).await,
    }
}

async fn open<S>(stream: S) -> Result<SendRequest<Empty<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // It ends once its sender and the last body are dropped.
    drop(tokio::spawn(connection));
    Ok(sender)
}
