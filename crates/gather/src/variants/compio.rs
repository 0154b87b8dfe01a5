//! A task for each item on compio, all on the one thread that calls `block_on`, and hyper by
//! hand over its sockets. Reads and writes are the kernel's: it is handed a buffer, and
//! io_uring says when it is done with it.
//!
//! hyper lends a buffer for one poll only. So cyper-core reads into one of its own and copies
//! (cyper-core 0.9.0, src/stream.rs, HyperStream).
//!
//! # What to notice
//! - Nothing is `Send`: a task stays on the thread that has spawned it. compio has a runtime
//!   for each thread, and no work stealing.
//! - A panic ends its task only: whoever awaits the task gets it as a `JoinError`.
//! - `timeout` drops the exchange, which cancels the read under way. The kernel may still
//!   write into its buffer, so compio keeps both until the kernel has said that it is done.
//!
//! # When not to use this
//! Where answers take much computing: there is one core for all of it.

use std::{any::Any, sync::Arc};

use anyhow::Result;
use compio::{
    driver::{DriverType, ProactorBuilder},
    runtime::RuntimeBuilder,
};

use crate::{Job, Output, work::Body};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    // By default it is epoll where io_uring is refused, and this would be another row.
    let mut driver = ProactorBuilder::new();
    driver.driver_type(DriverType::IoUring);
    let runtime = RuntimeBuilder::new().with_proactor(driver).build()?;
    let (tls, limit) = (TlsConnector::from(Arc::new(job.tls())), job.timeout());
    let pace = job.pace();
    let fetch = move |url: String| {
        let (tls, pace) = (tls.clone(), pace.clone());
        async move {
            let _item = pace.item(sleep).await;
            let mut body = Body::of(&url);
            let status = fetch(&tls, limit, &url, &mut body).await;
            Ok(body.page(status.map_err(io::Error::other)?))
        }
    };
    let pages = gather(job.urls.clone(), fetch);
    let pages = runtime.block_on(pages).into_iter();
    Ok(pages.map(|page| page.map_err(into_panic)).collect())
}

fn into_panic(error: JoinError) -> Box<dyn Any + Send> {
    match error {
        JoinError::Panicked(panic) => panic,
        JoinError::Cancelled => unreachable!("no handle was dropped"),
    }
}

// The lesson: everything below can be taken home.
// It needs compio (io, net, time), compio-tls, cyper-core, futures-util (std), http-body-util, hyper (client, http1), url.
// It comes with first_address.rs, yielding_half.rs.

use std::{
    error::Error,
    io::{self, ErrorKind, Write},
    time::Duration,
};

use compio::{
    net::{TcpStream, ToSocketAddrsAsync},
    runtime::{JoinError, spawn},
    time::{sleep, timeout},
};
use compio_tls::TlsConnector;
use cyper_core::HyperStream;
use futures_util::future::join;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1,
    header::HOST,
    rt::{Read, Write as HyperWrite},
};
use url::{Position, Url};

use super::{first_address::connect_first, yielding_half::yielding};

/// The most bytes that are read at once, and that a head may have: other tasks and timers
/// wait while a task parses them.
const MOST: usize = 64 * 1024;

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
pub async fn gather<I, F>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + 'static,
) -> Vec<Result<F::Output, JoinError>>
where
    I: 'static,
    F: Future<Output: 'static> + 'static,
{
    let tasks = items.into_iter().map(|item| {
        let work = work.clone();
        spawn(async move { work(item).await })
    });
    let tasks: Vec<_> = tasks.collect();
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
        let addresses = (host, port).to_socket_addrs_async().await?;
        let stream = connect_first(addresses, TcpStream::connect, sleep).await?;
        stream.set_nodelay(true)?;
        let stream = yielding(stream);
        let stream = match url.scheme() {
            "http" => HyperStream::new_plain(stream),
            "https" => HyperStream::new_tls(tls.connect(host, stream).await?),
            scheme => return Err(format!("{scheme} is not HTTP").into()),
        };
        get(stream, &url, body).await
    };
    let late = |_| io::Error::from(ErrorKind::TimedOut);
    timeout(limit, exchange).await.map_err(late)?
}

async fn get(
    stream: impl Read + HyperWrite + Unpin,
    url: &Url,
    body: &mut impl Write,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let request = Request::get(path).header(HOST, host);
    let request = request.body(Empty::<Bytes>::new())?;
    let mut client = http1::Builder::new();
    client.max_buf_size(MOST);
    let (mut sender, connection) = client.handshake(stream).await?;
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
    let (status, _) = join(exchange, connection).await;
    status
}
