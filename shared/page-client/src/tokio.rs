//! The client for tokio.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use ::tokio::time::timeout;
use anyhow::Result;
use fetching::Page;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use crate::{Digest, Settings, Sink, hyper_client};

/// A pooled client. Its clones share the pool.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Arc<dyn hyper_client::Pool>,
    timeout: Duration,
}

impl Client {
    /// A client whose connections are tasks of the runtime that it is used in.
    pub fn new(settings: &Settings) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        // It tries the second family of addresses while it still waits for the first. Within
        // one it tries the next when this time, in equal shares, is over for the one before.
        connector.set_connect_timeout(Some(settings.timeout));
        // The URL's scheme may be https: TLS is put around what it opens.
        connector.enforce_http(false);
        let connector = HttpsConnector::from((connector, settings.trust.rustls()));
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
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
        match timeout(self.timeout, self.pool.read(url, sink)).await {
            Ok(result) => result,
            Err(_) => Err(std::io::Error::from(ErrorKind::TimedOut).into()),
        }
    }
}
