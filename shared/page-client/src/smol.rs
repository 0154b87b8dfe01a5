//! The client for smol.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ::smol::{
    Executor, Timer,
    future::FutureExt,
    net::{TcpStream, resolve},
};
use anyhow::Result;
use fetching::Page;
use hyper::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use smol_hyper::rt::{SmolExecutor, SmolTimer};
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
    /// A client whose connections are tasks of this executor. Each ends when its connection
    /// does: once the client and all answers are dropped, as soon as the executor is run.
    pub fn new(executor: &Arc<Executor<'static>>, settings: &Settings) -> Self {
        let connector = HttpsConnector::from((Connector, settings.trust.rustls()));
        let executor = SmolExecutor::new(Arc::clone(executor));
        let mut builder = legacy::Client::builder(executor);
        builder.pool_timer(SmolTimer::new());
        Self {
            pool: hyper_client::pool(builder, connector, settings.connections),
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
        let late = async {
            Timer::after(self.timeout).await;
            Err(io::Error::from(ErrorKind::TimedOut).into())
        };
        self.pool.read(url, sink).or(late).await
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
            let addresses = resolve(host_and_port(&uri)?).await?;
            let pause = || Timer::after(DELAY);
            let stream = first(&addresses, TcpStream::connect, pause).await?;
            stream.set_nodelay(true)?;
            Ok(Stream::new(stream))
        })
    }
}
