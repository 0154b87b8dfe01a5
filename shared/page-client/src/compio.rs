//! The client for compio.
//!
//! hyper lends a buffer for one poll, and compio takes one until the kernel is done with it.
//! So cyper-core reads into buffers of its own and copies (cyper-core 0.9.0, src/stream.rs,
//! HyperStream; compio-io 0.10.1, src/compat/sync_stream.rs, SyncReadBuf).

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ::compio::{
    net::{TcpStream, ToSocketAddrsAsync},
    time::{sleep, timeout},
};
use anyhow::Result;
use cyper_core::{CompioExecutor, CompioTimer, HyperStream};
use fetching::Page;
use hyper::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use send_wrapper::SendWrapper;
use tower_service::Service;

use crate::{
    Digest, Settings, Sink,
    addresses::{DELAY, first},
    hyper_client,
    stream::{Stream, host_and_port},
};

/// Connections that are kept: none. Whether more has come than an answer is what a read would
/// say, and on io_uring that takes a turn of the driver, in which the next request may have left.
const KEPT: usize = 0;

/// A client with a connection for each request. It is `Send`, since hyper-util asks for that,
/// and panics on any thread but that of its connections.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Arc<dyn hyper_client::Pool>,
    timeout: Duration,
}

impl Client {
    /// A client whose connections are tasks of the runtime that it is used in.
    pub fn new(settings: &Settings) -> Self {
        let connector = HttpsConnector::from((Connector, settings.trust.rustls()));
        let mut builder = legacy::Client::builder(CompioExecutor);
        builder.pool_timer(CompioTimer);
        Self {
            pool: hyper_client::pool(builder, connector, KEPT),
            timeout: settings.timeout,
        }
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
        match timeout(self.timeout, self.pool.read(url, sink)).await {
            Ok(result) => result,
            Err(_) => Err(io::Error::from(ErrorKind::TimedOut).into()),
        }
    }
}

/// Opens a TCP stream to the host and port of a URI, on the first of its addresses that
/// answers.
#[derive(Clone, Copy, Debug)]
struct Connector;

impl Service<Uri> for Connector {
    type Response = Stream<HyperStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Polled and dropped on the thread of its runtime, as every task of it is.
        Box::pin(SendWrapper::new(async move {
            let addresses = host_and_port(&uri)?.to_socket_addrs_async().await?;
            let addresses: Vec<_> = addresses.collect();
            let pause = || sleep(DELAY);
            let stream = first(&addresses, TcpStream::connect, pause).await?;
            stream.set_nodelay(true)?;
            Ok(Stream::new(HyperStream::new_plain(stream)))
        }))
    }
}
