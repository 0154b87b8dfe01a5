//! surf, which is unmaintained, for the rows that show it.
//!
//! It runs on async-std. Unless it is told otherwise, it opens at most 50 connections to a
//! host, and further requests wait without a word; here it opens as many as there are
//! requests at once. Its own time-out ends with the head: it is taken off, and one that
//! covers the body is put around the request.
//!
//! For https it has rustls of today: surf's own choices are OpenSSL, and rustls 0.18, which
//! has open vulnerabilities. It lets a middleware answer in the client's place, and
//! [`Https`] does so for https and passes the rest on, so plain HTTP stays surf's own.
//! There is no pool for https: each request has a connection of its own.

use std::{
    fmt,
    io::{self, ErrorKind},
    sync::Arc,
    time::Duration,
};

use ::async_std::{future::timeout, io::ReadExt, net::TcpStream};
use ::surf::{
    Config, Error, Request, Response, StatusCode,
    middleware::{Middleware, Next},
    utils::async_trait,
};
use anyhow::Result;
use fetching::Page;
use futures_rustls::TlsConnector;
use rustls::{ClientConfig, pki_types::ServerName};

use crate::{Digest, Settings, Sink};

/// A client. Its clones share its pool, if it has one.
#[derive(Clone, Debug)]
pub struct Client {
    surf: ::surf::Client,
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
            .set_max_connections_per_host(settings.connections.max(1));
        Self::with(config, settings)
    }

    /// The same without a pool: each request opens a connection of its own, which has no
    /// TCP_NODELAY. The pool takes a connection back whose request was given up, and the next
    /// request on it reads the answer that comes late as its own (http-client 6.5.3,
    /// src/h1/tcp.rs).
    ///
    /// # Errors
    /// surf refuses its settings.
    pub fn without_pool(settings: &Settings) -> Result<Self> {
        Self::with(Config::new().set_http_keep_alive(false), settings)
    }

    fn with(config: Config, settings: &Settings) -> Result<Self> {
        let surf: ::surf::Client = config.set_timeout(None).try_into()?;
        Ok(Self {
            surf: surf.with(Https::new(settings.trust.rustls())),
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

    /// Hands to `sink` what `url` answers with.
    ///
    /// # Errors
    /// No whole answer came in time, or the sink wanted no more.
    pub async fn read(&self, url: &str, sink: &mut impl Sink) -> Result<()> {
        // Boxed, as hyper's is: a task whose future it is part of stays small.
        match timeout(self.timeout, Box::pin(self.exchange(url, sink))).await {
            Ok(result) => result,
            Err(_) => Err(io::Error::from(ErrorKind::TimedOut).into()),
        }
    }

    async fn exchange(&self, url: &str, sink: &mut impl Sink) -> Result<()> {
        // surf itself panics at what is no URL.
        let url: ::surf::Url = url.parse()?;
        let response = self.surf.get(url).await;
        let mut response = response.map_err(Error::into_inner)?;
        sink.answered(response.status().into())?;
        let mut part = vec![0; 8 * 1024];
        loop {
            match response.read(&mut part).await? {
                0 => return Ok(()),
                count => sink.read(&part[..count])?,
            }
        }
    }
}

/// Answers requests for https:// URLs.
pub struct Https(TlsConnector);

impl Https {
    /// With servers verified like this.
    pub fn new(tls: ClientConfig) -> Self {
        Self(Arc::new(tls).into())
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
        if url.scheme() != "https" {
            return next.run(request, client).await;
        }
        let missing = || Error::from_str(StatusCode::BadRequest, "the URL has no host");
        let host = url.host_str().ok_or_else(missing)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())?;
        let stream = TcpStream::connect((host, url.port().unwrap_or(443))).await?;
        stream.set_nodelay(true)?;
        let stream = self.0.connect(name, stream).await?;
        let response = async_h1::connect(stream, request.into()).await?;
        Ok(response.into())
    }
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Https")
    }
}
