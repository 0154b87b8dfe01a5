//! A runtime for each core, each on one thread of its own, and the items dealt out to them.
//!
//! `fetch` is `tokio_hyper`'s, line by line. Tasks stay on the thread that has spawned them,
//! with its timers and its sockets, and nothing is shared.
//!
//! # What to notice
//! - `spawn_local` keeps a task where it is, so what it holds need not be `Send`.
//! - A task that wakes another wakes no thread.
//! - There is no work stealing: tasks queued on a busy core wait, though another is idle.
//!
//! # When not to use this
//! Where items differ much in what they compute: tokio's other runtime moves them.

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
            let _item = pace.item(tokio::time::sleep).await;
            let mut body = Body::of(&url);
            let status = fetch(&tls, limit, &url, &mut body).await;
            Ok(body.page(status.map_err(io::Error::other)?))
        }
    };
    let pages = gather(job.workers.get(), job.urls.clone(), fetch)?.into_iter();
    Ok(pages
        .map(|page| page.map_err(JoinError::into_panic))
        .collect())
}

// The lesson: everything below can be taken home.
// It needs futures-util (std), http-body-util, hyper (client, http1), hyper-util (tokio), tokio (macros, net, rt, time), tokio-rustls, tokio-util (rt), url.
// It comes with first_address.rs, yielding.rs.

use std::{
    error::Error,
    io::{self, Write},
    panic::resume_unwind,
    sync::{RwLock, mpsc::channel},
    thread,
    time::Duration,
};

use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    runtime::{Builder, LocalOptions},
    task::JoinError,
    time::{sleep, timeout},
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use tokio_util::task::JoinQueue;
use url::{Position, Url};

use super::{first_address::connect_first, yielding::Yielding};

/// The most bytes that are read at once, and that a head may have: tokio looks at its timers
/// after 61 tasks, which must have short turns.
const MOST: usize = 64 * 1024;

/// Does `work` on every item, all at once, on `cores` threads with a runtime each. Returns
/// what came of each, in input order: a panic is an error.
///
/// # Errors
/// The system starts no more threads, or a runtime can't be made; what was under way has
/// ended.
///
/// # Panics
/// `cores` is 0.
pub fn gather<I, F>(
    cores: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'static,
) -> io::Result<Vec<Result<F::Output, JoinError>>>
where
    I: Send + 'static,
    F: Future<Output: Send + 'static> + 'static,
{
    assert!(cores > 0, "cores must be at least 1");
    let mut shares: Vec<_> = (0..cores).map(|_| Vec::new()).collect();
    for (index, item) in items.into_iter().enumerate() {
        shares[index % cores].push(item);
    }
    let (gate, (building, built)) = (RwLock::new(()), channel::<()>());
    let ends = thread::scope(|scope| {
        let closed = gate.write();
        let threads = shares.into_iter().enumerate().map(|(number, share)| {
            let (work, building, gate) = (work.clone(), building.clone(), &gate);
            let thread = thread::Builder::new().name(format!("core {number}"));
            thread.spawn_scoped(scope, move || {
                let runtime = Builder::new_current_thread()
                    .enable_all()
                    .build_local(LocalOptions::default());
                // Work takes descriptors, so it begins when each core has its runtime.
                drop(building);
                drop(gate.read());
                let runtime = runtime?;
                runtime.block_on(async {
                    let mut tasks = JoinQueue::new();
                    for item in share {
                        let work = work.clone();
                        tasks.spawn_local(async move { work(item).await });
                    }
                    let mut ended = Vec::with_capacity(tasks.len());
                    while let Some(end) = tasks.join_next().await {
                        ended.push(end);
                    }
                    io::Result::Ok(ended.into_iter())
                })
            })
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        drop(building);
        // Nothing comes: it ends when all are built.
        _ = built.recv();
        drop(closed);
        let ends = threads?.into_iter().map(|thread| thread.join());
        // All are joined: a scope raises the panic of a thread that nobody joined.
        io::Result::Ok(ends.collect::<Vec<_>>())
    })?;
    let ends = ends.into_iter();
    let ends = ends.map(|end| end.unwrap_or_else(|panic| resume_unwind(panic)));
    let mut shares = ends.collect::<io::Result<Vec<_>>>()?;
    // Dealt out in turn, they are taken in in turn.
    let mut ended = Vec::new();
    while let Some(end) = shares[ended.len() % cores].next() {
        ended.push(end);
    }
    Ok(ended)
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
