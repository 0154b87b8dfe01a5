//! The client for smol.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use ::smol::net::TcpStream;
use hyper::Uri;
use hyper_rustls::HttpsConnector;
use rustls::ClientConfig;
use tower_service::Service;

use crate::{Stream, host_and_port};

/// A pooled client.
pub type Client = crate::Client<HttpsConnector<Connector>>;

/// A client that keeps at most `idle` unused connections to each host. It has no timeout.
pub fn client(idle: usize, tls: ClientConfig) -> Client {
    crate::client(Executor, HttpsConnector::from((Connector, tls)), idle)
}

/// Drives each connection in a task of the global executor. The task ends when the
/// connection does: once the client and all responses are dropped, that is at once.
#[derive(Clone, Copy, Debug)]
struct Executor;

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        smol::spawn(future).detach();
    }
}

/// Opens a TCP stream to the host and port of a URI.
#[derive(Clone, Copy, Debug)]
pub struct Connector;

impl Service<Uri> for Connector {
    type Response = Stream<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(async move {
            let (host, port) = host_and_port(&uri)?;
            let stream = TcpStream::connect((host, port)).await?;
            stream.set_nodelay(true)?;
            Ok(Stream::new(stream))
        })
    }
}
