//! The client for async-std, which is discontinued: smol's is the same but for the paths,
//! the time-out, and the executor, which async-std has only one of.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ::async_std::{
    future::timeout,
    net::{TcpStream, ToSocketAddrs},
    task,
};
use anyhow::Result;
use fetching::Page;
use hyper::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use tower_service::Service;

use crate::{
    Digest, Settings, Sink,
    addresses::{DELAY, first},
    hyper_client,
    stream::{Stream, host_and_port},
};

/// A pooled client. Its clones share the pool.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Arc<dyn hyper_client::Pool>,
    timeout: Duration,
}

impl Client {
    /// A client whose connections are tasks of the global executor. Each ends when its
    /// connection does: once the client and all answers are dropped, that is at once.
    pub fn new(settings: &Settings) -> Self {
        let connector = HttpsConnector::from((Connector, settings.trust.rustls()));
        Self {
            pool: hyper_client::pool(
                // No package has a timer of async-std's for hyper.
                legacy::Client::builder(Executor),
                connector,
                settings.connections,
            ),
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

/// Drives each connection in a task of the global executor.
#[derive(Clone, Copy, Debug)]
struct Executor;

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        // Dropping the handle detaches the task.
        drop(task::spawn(future));
    }
}

/// Opens a TCP stream to the host and port of a URI, on the first of its addresses that
/// answers.
#[derive(Clone, Copy, Debug)]
struct Connector;

impl Service<Uri> for Connector {
    type Response = Stream<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(async move {
            let addresses = host_and_port(&uri)?.to_socket_addrs().await?;
            let addresses: Vec<_> = addresses.collect();
            let pause = || task::sleep(DELAY);
            let stream = first(&addresses, TcpStream::connect, pause).await?;
            stream.set_nodelay(true)?;
            Ok(Stream::new(stream))
        })
    }
}
