//! The way to a NATS server.

use anyhow::{Context, Result};
use async_nats::{Client, ConnectOptions, ServerAddr};

/// Connects to a server. The error names it, without the password that may be in its
/// address.
///
/// # Errors
/// It isn't there, or refuses, or one of the two does not trust the other.
pub async fn connect(url: &str) -> Result<Client> {
    let address: ServerAddr = url.parse()?;
    let (scheme, host, port) = (address.scheme(), address.host(), address.port());
    let place = format!("{scheme}://{host}:{port}");
    let options = ConnectOptions::new().name("process-pool");
    let client = options.connect(address).await;
    client.with_context(|| format!("no connection to {place}"))
}
