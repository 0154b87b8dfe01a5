//! The same on the same runtime, with one task for all items: `join_all`.
//!
//! The requests are `tokio_hyper`'s, line by line. What differs is who polls them: the future
//! of `join_all`, in its own turn, instead of the runtime.
//!
//! # What to notice
//! - Nothing has to be `Send` or `'static`: items and work may borrow. But one task is on one
//!   thread at a time, so a second worker has nothing to do.
//! - A panic would unwind through all of them, so each catches its own.
//! - Of more than 30 futures, each has a waker of its own, and only those that were woken are
//!   polled (futures-util 0.3.34, src/future/join_all.rs, FuturesOrdered).
//! - Dropped, it drops what is not done, and that has ended: no task runs on.
//!
//! # When not to use this
//! When items compute, since one thread polls them all: `tokio_hyper` has a task for each.

use std::sync::Arc;

use anyhow::Result;
use tokio::runtime::Builder;

use crate::{Job, Output, work::Body};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_all()
        .build()?;
    let (tls, limit) = (TlsConnector::from(Arc::new(job.tls())), job.timeout());
    let pace = job.pace();
    let fetch = move |url: String| {
        let (tls, pace) = (tls.clone(), pace.clone());
        async move {
            let _item = pace.item(tokio::time::sleep).await;
            let mut body = Body::of(&url);
            let status = fetch(&tls, limit, &url, &mut body).await;
            Ok(body.page(status.map_err(io::Error::other)?))
        }
    };
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let pages = runtime.spawn(gather(job.urls.clone(), fetch));
    let pages = runtime.block_on(pages)?;
    Ok(pages.into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs futures-util (std), http-body-util, hyper (client, http1), hyper-util (tokio), tokio (macros, net, rt, time), tokio-rustls, url.
// It comes with first_address.rs, yielding.rs.

use std::{
    error::Error,
    io::{self, Write},
    panic::AssertUnwindSafe,
    thread,
    time::Duration,
};

use futures_util::{FutureExt, future::join_all};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use url::{Position, Url};

use super::{first_address::connect_first, yielding::Yielding};

/// The most bytes that are read at once, and that a head may have: tokio looks at its timers
/// after 61 tasks, which must have short turns.
const MOST: usize = 64 * 1024;

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
pub async fn gather<I, F>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F,
) -> Vec<thread::Result<F::Output>>
where
    F: Future,
{
    let works = items.into_iter().map(async |item| work(item).await);
    join_all(works.map(|work| AssertUnwindSafe(work).catch_unwind())).await
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
        let addresses = lookup_host((host, port)).await?;
        let stream = connect_first(addresses, TcpStream::connect, sleep).await?;
        stream.set_nodelay(true)?;
        match url.scheme() {
            "http" => get(stream, &url, body).await,
            "https" => {
                let name = ServerName::try_from(host.to_owned())?;
                get(tls.connect(name, stream).await?, &url, body).await
            }
            scheme => Err(format!("{scheme} is not HTTP").into()),
        }
    };
    timeout(limit, exchange).await.map_err(io::Error::from)?
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
    let stream = Yielding::new(TokioIo::new(stream));
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
    let (status, _) = tokio::join!(exchange, connection);
    status
}
