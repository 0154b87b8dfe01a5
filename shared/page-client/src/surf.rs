//! https for surf: its own HTTP/1.1, over a rustls of today.
//!
//! surf's own choices are OpenSSL, and rustls 0.18, which has open vulnerabilities. It lets
//! a middleware answer in the client's place, and this one does so for https and passes the
//! rest on, so plain HTTP stays surf's own. There is no pool: each request has a connection
//! of its own.

use std::{fmt, sync::Arc};

use ::async_std::net::TcpStream;
use ::surf::{
    Client, Error, Request, Response, Result, StatusCode,
    middleware::{Middleware, Next},
    utils::async_trait,
};
use futures_rustls::TlsConnector;
use rustls::{ClientConfig, pki_types::ServerName};

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
        client: Client,
        next: Next<'_>,
    ) -> Result<Response> {
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
