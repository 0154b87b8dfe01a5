//! surf, which is unmaintained, for the rows that show it.
//!
//! It runs on async-std. By default it opens at most 50 connections to a host, and
//! further requests wait without a word; here it opens as many as there are requests at
//! once. Its own time-out ends with the head. Here that is taken off, and one that covers
//! the body is put around the request.
//!
//! For https it has rustls of today: surf's own choices are OpenSSL, and rustls 0.18
//! (http-client 6.5.3, Cargo.toml), which has open vulnerabilities. It lets a middleware
//! answer in the client's place, and [`Https`] does so for https and passes the rest on, so
//! plain HTTP stays surf's own. There is no pool for https: each request has a connection
//! of its own.
//!
//! # What it can't
//! - On surf's own connections a head that never ends is read for as long as it comes,
//!   and kept if it is one line. Nothing yields there, so no time-out is looked at
//!   (async-h1 2.3.4, src/client/decode.rs). On the connections of [`Https`] it ends at
//!   the time-out, or at 64 KiB.
//! - A header that isn't ASCII makes it panic (http-types 2.12.0, src/headers/headers.rs). On
//!   the connections of [`Https`] such an answer is refused.
//! - An interim answer is taken for the answer, so it is a failure here.
//! - A body without a length is taken for none, so it is a failure here, too.

use std::{
    fmt,
    future::poll_fn,
    io::{self, ErrorKind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use ::async_std::{
    future::timeout,
    io::{Read, ReadExt, Write},
    net::{TcpStream, ToSocketAddrs},
    task,
};
use ::surf::{
    Config, Error, Request, Response, StatusCode,
    http::headers::{CONTENT_LENGTH, TRANSFER_ENCODING},
    middleware::{Middleware, Next},
    utils::async_trait,
};
use anyhow::Result;
use fetching::Page;
use futures_rustls::TlsConnector;
use rustls::{ClientConfig, pki_types::ServerName};

use crate::{
    Digest, Settings, Sink,
    addresses::{DELAY, first},
    budget::Budget,
    yielding::Yielding,
};

/// A client. Its clones share its pool, if it has one.
#[derive(Clone, Debug)]
pub struct Client {
    surf: ::surf::Client,
    /// Keeps no connections; `None` if `surf` doesn't, either.
    fresh: Option<::surf::Client>,
    /// Whether there may be a connection that was kept.
    has_kept: Arc<AtomicBool>,
    timeout: Duration,
}

impl Client {
    /// A client of async-std's global executor.
    ///
    /// # Errors
    /// surf refuses its settings.
    pub fn new(settings: &Settings) -> Result<Self> {
        let config = Config::new()
            .set_tcp_no_delay(true)
            .set_max_connections_per_host(settings.connections.max(1))
            .set_timeout(None);
        let surf: ::surf::Client = config.try_into()?;
        let fresh = Self::without_pool(settings)?;
        Ok(Self {
            surf: surf.with(Https::new(settings.trust.rustls())),
            fresh: Some(fresh.surf),
            ..fresh
        })
    }

    /// The same without a pool: each request opens a connection of its own, by [`Https`]
    /// also where it is http. The pool takes a connection back whose request was given
    /// up. The next request on it takes the late answer for its own (http-client 6.5.3,
    /// src/h1/tcp.rs).
    ///
    /// # Errors
    /// surf refuses its settings.
    pub fn without_pool(settings: &Settings) -> Result<Self> {
        let surf: ::surf::Client = Config::new().set_timeout(None).try_into()?;
        let own = Https::for_http_too(settings.trust.rustls());
        Ok(Self {
            surf: surf.with(own),
            fresh: None,
            has_kept: Arc::default(),
            timeout: settings.timeout,
        })
    }

    /// The page that `url` answers with.
    ///
    /// # Errors
    /// No whole answer came in time.
    pub async fn fetch(&self, url: &str) -> Result<Page> {
        let mut page = Digest::of(url);
        self.read(url, &mut page).await?;
        page.close()
    }

    /// Passes the answer of `url` to `sink`.
    ///
    /// # Errors
    /// No whole answer came in time, or the sink wanted no more.
    pub async fn read(&self, url: &str, sink: &mut dyn Sink) -> Result<()> {
        // Boxed, as hyper's is: a task whose future it is part of stays small.
        match timeout(self.timeout, Box::pin(self.exchange(url, sink))).await {
            Ok(result) => result,
            Err(_) => Err(io::Error::from(ErrorKind::TimedOut).into()),
        }
    }

    async fn exchange(&self, url: &str, sink: &mut dyn Sink) -> Result<()> {
        // surf itself panics at what is no URL.
        let mut response = self.answer(&url.parse()?).await?;
        let length = body_length(&response)?;
        sink.answered(response.status().into())?;
        let mut part = vec![0; 8 * 1024];
        let mut budget = Budget::default();
        let mut bytes = 0;
        loop {
            let count = response.read(&mut part).await?;
            if count == 0 {
                break;
            }
            bytes += count as u64;
            sink.read(&part[..count])?;
            budget.spend(Some(count));
            poll_fn(|context| budget.poll_left(context)).await;
        }
        // async-h1 takes the end of the connection for the end of the body.
        match length {
            Some(length) if bytes < length => {
                Err(io::Error::from(ErrorKind::UnexpectedEof).into())
            }
            _ => {
                self.has_kept.store(true, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// The head of the answer. If a request was lost before that began, on a connection
    /// that may have been kept, it is sent once more on a new one. Which of the two it
    /// was, surf doesn't report.
    async fn answer(&self, url: &::surf::Url) -> Result<Response> {
        let error = match self.surf.get(url).await {
            Ok(response) => return Ok(response),
            Err(error) => malformed(error.into_inner()),
        };
        match &self.fresh {
            Some(fresh) if self.has_kept.load(Ordering::Relaxed) && is_stale(&error) => {
                let response = fresh.get(url).await;
                Ok(response.map_err(|error| malformed(error.into_inner()))?)
            }
            _ => Err(error),
        }
    }
}

/// Whether a connection was lost before a byte of the answer had come: by an error, or in
/// the words of async-h1 (async-h1 2.3.4, src/client/decode.rs).
fn is_stale(error: &anyhow::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    let root = error.root_cause();
    match root.downcast_ref::<io::Error>() {
        Some(error) => matches!(
            error.kind(),
            BrokenPipe | ConnectionAborted | ConnectionReset
        ),
        None => root.to_string() == "connection closed",
    }
}

/// async-h1 reports a head that it doesn't take in words alone. The other errors are
/// those of the system, of httparse and of rustls, and the ends of connections.
fn malformed(error: anyhow::Error) -> anyhow::Error {
    let root = error.root_cause();
    let has_class = root.is::<io::Error>()
        || root.is::<httparse::Error>()
        || root.is::<rustls::Error>()
        || matches!(&*root.to_string(), "connection closed" | "empty response");
    match has_class {
        true => error,
        false => invalid(format!("{error:#}")),
    }
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> anyhow::Error {
    io::Error::new(ErrorKind::InvalidData, why).into()
}

/// How long the body is to be, if its head has a length.
fn body_length(response: &Response) -> Result<Option<u64>> {
    let status = u16::from(response.status());
    if status < 200 {
        let why = format!("surf takes an interim answer, {status}, for the answer");
        return Err(invalid(why));
    }
    let length = response.header(CONTENT_LENGTH);
    let length = length.map(|values| values.last().as_str().parse());
    let length = length.transpose().map_err(invalid)?;
    let is_framed = length.is_some() || response.header(TRANSFER_ENCODING).is_some();
    match (is_framed, status) {
        (true, _) | (false, 204 | 304) => Ok(length),
        _ => Err(invalid("surf reads no body without a length")),
    }
}

/// Answers requests for https:// URLs.
pub struct Https {
    tls: TlsConnector,
    is_for_http: bool,
}

impl Https {
    /// With servers verified like this.
    pub fn new(tls: ClientConfig) -> Self {
        Self {
            tls: Arc::new(tls).into(),
            is_for_http: false,
        }
    }

    /// The same, for http:// URLs as well: surf's own connections read a head for as long as
    /// it comes, and keep a line of it.
    pub fn for_http_too(tls: ClientConfig) -> Self {
        Self {
            is_for_http: true,
            ..Self::new(tls)
        }
    }
}

#[async_trait]
impl Middleware for Https {
    async fn handle(
        &self,
        request: Request,
        client: ::surf::Client,
        next: Next<'_>,
    ) -> ::surf::Result<Response> {
        let url = request.url();
        let is_https = url.scheme() == "https";
        if !is_https && !self.is_for_http {
            return next.run(request, client).await;
        }
        let missing = || Error::from_str(StatusCode::BadRequest, "the URL has no host");
        let host = url.host_str().ok_or_else(missing)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default().ok_or_else(missing)?;
        let addresses: Vec<_> = (host, port).to_socket_addrs().await?.collect();
        let pause = || task::sleep(DELAY);
        let stream = first(&addresses, TcpStream::connect, pause).await?;
        stream.set_nodelay(true)?;
        let stream = Yielding::new(stream);
        let response = if is_https {
            let name = ServerName::try_from(host.to_owned())?;
            let stream = self.tls.connect(name, stream).await?;
            async_h1::connect(Headed::new(stream), request.into()).await?
        } else {
            async_h1::connect(Headed::new(stream), request.into()).await?
        };
        Ok(response.into())
    }
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Https")
    }
}

/// The longest head.
const MOST_HEAD: usize = 64 * 1024;

/// A stream whose answer has a head of bounded length, and in ASCII. async-h1 checks the
/// length of a head only when a line of it has ended. Until then it keeps a line of any
/// length.
struct Headed<S> {
    stream: S,
    /// Bytes of the head so far; `None` once it has ended.
    head: Option<usize>,
    /// The last bytes of the head: it ends with an empty line.
    end: [u8; 3],
}

impl<S> Headed<S> {
    fn new(stream: S) -> Self {
        Self {
            stream,
            head: Some(0),
            end: [0; 3],
        }
    }

    fn look_for_end(&mut self, part: &[u8]) -> io::Result<()> {
        let Some(length) = &mut self.head else {
            return Ok(());
        };
        for &byte in part {
            if !byte.is_ascii() {
                let why = "surf takes no head that isn't ASCII";
                return Err(io::Error::new(ErrorKind::InvalidData, why));
            }
            *length += 1;
            let [_, second, third] = self.end;
            let is_empty_line = matches!(
                (self.end, byte),
                ([b'\r', b'\n', b'\r'], b'\n') | ([_, _, b'\n'], b'\n')
            );
            if is_empty_line {
                self.head = None;
                return Ok(());
            }
            if *length > MOST_HEAD {
                let why = "the head of the answer is longer than 64 KiB";
                return Err(io::Error::new(ErrorKind::InvalidData, why));
            }
            self.end = [second, third, byte];
        }
        Ok(())
    }
}

impl<S: Read + Unpin> Read for Headed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Poll::Ready(Ok(bytes)) = read {
            self.look_for_end(&buffer[..bytes])?;
        }
        read
    }
}

impl<S: Write + Unpin> Write for Headed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(context)
    }
}
