//! The same on an executor that one thread runs: the one that calls `block_on`.
//!
//! The functions are `smol`'s, line by line. What differs is where its tasks run: they take
//! turns on this thread, which also waits for sockets and timers while none can run.
//!
//! # What to notice
//! - `job.workers` means nothing here. An executor has no threads of its own; the thread
//!   that calls `run` works for it.
//! - Work is `Send` all the same, since `Executor` asks for it. A `LocalExecutor` would not.
//! - What one task computes, all others wait for.
//!
//! # When not to use this
//! Where answers take much computing: there is one core for all of it.

use std::sync::Arc;

use anyhow::Result;
use smol::block_on;

use crate::{Job, Output, work::Body};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Executor::new();
    let (tls, limit) = (TlsConnector::from(Arc::new(job.tls())), job.timeout());
    let pace = job.pace();
    let fetch = move |url: String| {
        let (tls, pace) = (tls.clone(), pace.clone());
        async move {
            let _item = pace.item(Timer::after).await;
            let mut body = Body::of(&url);
            let status = fetch(&tls, limit, &url, &mut body).await;
            Ok(body.page(status.map_err(io::Error::other)?))
        }
    };
    let pages = gather(&executor, job.urls.clone(), fetch);
    Ok(block_on(executor.run(pages)).into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs futures-io, futures-rustls, futures-util (std), http-body-util, hyper (client, http1), smol, smol-hyper, url.
// It comes with first_address.rs, yielding_socket.rs.

use std::{
    error::Error,
    io::{self, ErrorKind, Write},
    panic::AssertUnwindSafe,
    thread,
    time::Duration,
};

use futures_rustls::{TlsConnector, rustls::pki_types::ServerName};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1, header::HOST};
use smol::{
    Executor, Timer,
    future::{FutureExt, zip},
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, resolve},
};
use smol_hyper::rt::FuturesIo;
use url::{Position, Url};

use super::{first_address::connect_first, yielding_socket::Yielding};

/// The most bytes that are read at once, and that a head may have: other tasks and timers
/// wait while a task parses them.
const MOST: usize = 64 * 1024;

/// Does `work` on every item, all at once, on the executor's threads. Returns what came of
/// each, in input order: a panic is an error.
pub async fn gather<'a, I, F>(
    executor: &Executor<'a>,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    let items = items.into_iter().map(|item| (work.clone(), item));
    // The executor is locked while `spawn_many` iterates: nothing of the caller's runs then.
    let items: Vec<_> = items.collect();
    let works = items.into_iter().map(|(work, item)| {
        let work = AssertUnwindSafe(async move { work(item).await });
        work.catch_unwind()
    });
    let mut tasks = Vec::with_capacity(works.len());
    executor.spawn_many(works, &mut tasks);
    let mut ended = Vec::with_capacity(tasks.len());
    for task in tasks {
        ended.push(task.await);
    }
    ended
}

/// Asks for `url` on a connection of its own, and writes the answer's body to `body` as it
/// comes. Returns the status.
///
/// # Errors
/// No whole answer came in time, or `body` takes no more.
pub async fn fetch(
    tls: &TlsConnector,
    limit: Duration,
    url: &str,
    body: &mut impl Write,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let url = Url::parse(url)?;
    let host = url.host_str().ok_or("the URL has no host")?;
    let host = host.trim_matches(['[', ']']);
    let port = url.port_or_known_default().ok_or("the URL has no port")?;
    let exchange = async {
        let addresses = resolve((host, port)).await?;
        let stream = connect_first(addresses, TcpStream::connect, Timer::after).await?;
        stream.set_nodelay(true)?;
        let stream = Yielding::new(stream);
        match url.scheme() {
            "http" => get(stream, &url, body).await,
            "https" => {
                let name = ServerName::try_from(host.to_owned())?;
                get(tls.connect(name, stream).await?, &url, body).await
            }
            scheme => Err(format!("{scheme} is not HTTP").into()),
        }
    };
    let late = async {
        Timer::after(limit).await;
        Err(io::Error::from(ErrorKind::TimedOut).into())
    };
    exchange.or(late).await
}

async fn get(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    url: &Url,
    body: &mut impl Write,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let request = Request::get(path).header(HOST, host);
    let request = request.body(Empty::<Bytes>::new())?;
    let mut client = http1::Builder::new();
    client.max_buf_size(MOST);
    let (mut sender, connection) = client.handshake(FuturesIo::new(stream)).await?;
    let exchange = async move {
        let mut response = sender.send_request(request).await?;
        while let Some(frame) = response.frame().await.transpose()? {
            if let Some(part) = frame.data_ref() {
                body.write_all(part)?;
            }
        }
        Ok(response.status().as_u16())
    };
    // What stops the connection stops the exchange too, and that one says why.
    let (status, _) = zip(exchange, connection).await;
    status
}
