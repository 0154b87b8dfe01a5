//! hyper's pooled client over the sockets of the runtimes that have no maintained HTTP
//! client of their own: smol and async-std; and https for surf.
//!
//! hyper-util's client keeps idle connections and reuses them; it needs a connector, which
//! opens a stream, and an executor, which drives each connection in a task. Both are a few
//! lines a runtime. hyper-rustls puts TLS on whatever the connector opens; it needs tokio's
//! traits for that, but no tokio runtime. `gather` shows the same by hand, without the
//! pool.

pub mod async_std;
pub mod smol;
mod stream;
pub mod surf;

pub use stream::Stream;

use std::{io, time::Duration};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::Uri;
use hyper_util::client::legacy;

/// A client of this crate; it sends requests without bodies.
pub type Client<C> = legacy::Client<C, Empty<Bytes>>;

/// After how long an unused connection is not used again. Nothing closes it earlier.
const IDLE: Duration = Duration::from_secs(90);

/// A client that keeps at most `idle` unused connections to each host.
fn client<E, C>(executor: E, connector: C, idle: usize) -> Client<C>
where
    E: hyper::rt::Executor<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>>
        + Clone
        + Send
        + Sync
        + 'static,
    C: legacy::connect::Connect + Clone,
{
    legacy::Client::builder(executor)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(idle)
        .build(connector)
}

/// The host and port that `uri` names. IPv6 addresses lose their brackets.
fn host_and_port(uri: &Uri) -> io::Result<(&str, u16)> {
    let invalid = |why| io::Error::new(io::ErrorKind::InvalidInput, why);
    let host = uri.host().ok_or_else(|| invalid("the URL has no host"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    Ok((host, uri.port_u16().unwrap_or(port)))
}
