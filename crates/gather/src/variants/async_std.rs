//! A task for each item, and hyper by hand, with a connection for each request.
//!
//! async-std is discontinued; its own advice is to use smol. The move is the paths and an
//! executor: there is one for the whole process here, with as many threads as
//! `ASYNC_STD_THREAD_COUNT` says.
//!
//! # What to notice
//! - The adapter is smol's: both runtimes' sockets speak futures-io, and hyper takes
//!   either through `FuturesIo`.
//! - A dropped handle detaches its task, where smol's cancels it: a caller that drops the
//!   future of `gather` leaves requests behind.
//! - Nothing interrupts work that never waits, and a server can keep it busy for ever. So
//!   [`Yielding`] gives the timer its turn.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use std::sync::Arc;

use anyhow::Result;

use crate::{Job, Output, work::Body};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let (tls, limit) = (TlsConnector::from(Arc::new(job.tls())), job.timeout());
    let pace = job.pace();
    let fetch = move |url: String| {
        let (tls, pace) = (tls.clone(), pace.clone());
        async move {
            let _item = pace.item(task::sleep).await;
            let mut body = Body::of(&url);
            let status = fetch(&tls, limit, &url, &mut body).await;
            Ok(body.page(status.map_err(io::Error::other)?))
        }
    };
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    let pages = task::block_on(task::spawn(gather(job.urls.clone(), fetch)));
    Ok(pages.into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs async-std, futures-io, futures-rustls, futures-util (std), http-body-util, hyper (client, http1), smol-hyper, url.
// It comes with first_address.rs, yielding_socket.rs.

use std::{
    error::Error,
    io::{self, ErrorKind, Write},
    panic::AssertUnwindSafe,
    thread,
    time::Duration,
};

use async_std::{
    future::timeout,
    io::{Read as AsyncRead, Write as AsyncWrite},
    net::{TcpStream, ToSocketAddrs},
    task,
};
use futures_rustls::{TlsConnector, rustls::pki_types::ServerName};
use futures_util::{FutureExt, future::join};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1, header::HOST};
use smol_hyper::rt::FuturesIo;
use url::{Position, Url};

use super::{first_address::connect_first, yielding_socket::Yielding};

/// The most bytes that are read at once, and that a head may have: other tasks and timers
/// wait while a task parses them.
const MOST: usize = 64 * 1024;

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
        let addresses = (host, port).to_socket_addrs().await?;
        let stream = connect_first(addresses, TcpStream::connect, task::sleep).await?;
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
    match timeout(limit, exchange).await {
        Ok(status) => status,
        Err(_) => Err(io::Error::from(ErrorKind::TimedOut).into()),
    }
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
    let (status, _) = join(exchange, connection).await;
    status
}
