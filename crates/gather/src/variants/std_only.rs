//! A thread for each item, and a client on bare sockets.
//!
//! The standard library has sockets and threads, and nothing above them. A thread that
//! waits for its socket stands still, so there are as many threads as requests; they are
//! joined in input order.
//!
//! # What to notice
//! - An HTTP/1.1 client is not much more than [`Response`]: a head, and one of three ways
//!   to find where the body ends. TLS is one more stream around the socket.
//! - A socket's time-out is for one read, and a server that drips keeps every read short.
//!   [`TimedStream`] gives each only what is left of the whole.
//! - `join` returns a thread's panic as a value. A panic of a thread that is not joined is
//!   raised again by the scope, so the threads are joined also where one could not be
//!   started.
//!
//! # When not to use this
//! For thousands of URLs: a thread each costs memory and switches, and when the system
//! starts no more, the job fails. Nor where names are slow to look up: nothing bounds that.

use anyhow::Result;

use crate::{Job, Output, work::Body};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let tls = Arc::new(job.tls());
    let pace = job.pace();
    let fetch = |url: &String| {
        let _item = pace.item_blocking();
        let mut body = Body::of(url);
        let status = fetch(&tls, job.timeout(), url, &mut body);
        Ok(body.page(status.map_err(io::Error::other)?))
    };
    Ok(gather(&job.urls, fetch)?.into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs httparse, rustls (std), url.
// It comes with http1.rs, timed.rs.

use std::{
    error::Error,
    io::{self, Read, Write},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use http1::Response;
use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use timed::TimedStream;
use url::{Position, Url};

pub mod http1;
pub mod timed;

/// Does `work` on every item, all at once. Returns what came of each, in input order: a
/// panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn gather<I: Send, T: Send>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> io::Result<Vec<thread::Result<T>>> {
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let started = items.into_iter().try_for_each(|item| {
            let work = &work;
            threads.push(thread::Builder::new().spawn_scoped(scope, || work(item))?);
            Ok(())
        });
        let ended = threads.into_iter().map(|thread| thread.join()).collect();
        started.map(|()| ended)
    })
}

/// Asks for `url` on a connection of its own, and writes the answer's body to `body` as it
/// comes. Returns the status.
///
/// # Errors
/// No whole answer came in time, or `body` takes no more.
pub fn fetch(
    tls: &Arc<ClientConfig>,
    limit: Duration,
    url: &str,
    body: &mut impl Write,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let deadline = Instant::now() + limit;
    let url = Url::parse(url)?;
    let host = url.host_str().ok_or("the URL has no host")?;
    let addresses = url.socket_addrs(|| None)?;
    let stream = TimedStream::connect(&addresses, deadline)?;
    match url.scheme() {
        "http" => get(stream, &url, body),
        "https" => {
            let name = host.trim_matches(['[', ']']).to_owned();
            let name = ServerName::try_from(name)?;
            let session = ClientConnection::new(Arc::clone(tls), name)?;
            get(StreamOwned::new(session, stream), &url, body)
        }
        scheme => Err(format!("{scheme} is not HTTP").into()),
    }
}

fn get(
    mut stream: impl Read + Write,
    url: &Url,
    body: &mut impl Write,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut response = Response::read(stream)?;
    io::copy(&mut response, body)?;
    Ok(response.status())
}
