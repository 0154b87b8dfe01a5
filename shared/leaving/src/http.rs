//! What takes surf's place on smol, and what reqwest needs on tokio.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

// ANCHOR: smol
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, client::conn::http1, header::HOST};
use smol::net::TcpStream;
use smol_hyper::rt::FuturesIo;

/// Sends a request of HTTP/1.1, on a connection of its own.
///
/// # Errors
/// The address is no `http://HOST…`, nothing listens there, or what comes is no answer.
pub async fn send(mut request: Request<Full<Bytes>>) -> Result<Response<Incoming>> {
    let uri = request.uri().clone();
    ensure!(uri.scheme_str() == Some("http"), "the URL is no http://…");
    let host = uri.host().context("the URL has no host")?;
    let authority = uri.authority().context("the URL has no host")?;
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = http1::handshake(FuturesIo::new(stream)).await?;
    // It ends with the answer's body.
    smol::spawn(connection).detach();
    request
        .headers_mut()
        .insert(HOST, authority.as_str().parse()?);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse()?;
    Ok(sender.send_request(request).await?)
}

/// What `uri` answers.
///
/// # Errors
/// Those of [`send`].
pub async fn get(uri: &str) -> Result<Response<Incoming>> {
    send(Request::get(uri).body(Full::default())?).await
}
// ANCHOR_END: smol

/// reqwest, with ring as all of this workspace has it, and without roots: nothing here asks
/// for https.
///
/// # Errors
/// ring has none of the versions of TLS.
pub fn reqwest() -> Result<reqwest::Client> {
    Ok(builder()?.build()?)
}

/// The same, to be set up further.
///
/// # Errors
/// As above.
pub fn builder() -> Result<reqwest::ClientBuilder> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls))
}
