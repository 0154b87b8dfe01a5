//! The way to a NATS server.

use std::{env, io, process::Command, time::Duration};

use anyhow::{Context, Result};
use async_nats::{Client, ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;
use test_fixtures::worker_command;

/// Connects to a server, as the user that its address names; a name alone is a token.
/// Without one, as `NATS_USER` with `NATS_PASSWORD`, if they are set. The error names the
/// server, without the password.
///
/// # Errors
/// It isn't there, or refuses, or one of the two does not trust the other.
pub async fn connect(url: &str) -> Result<Client> {
    let address: ServerAddr = url.parse()?;
    let (scheme, host, port) = (address.scheme(), address.host(), address.port());
    let place = format!("{scheme}://{host}:{port}");
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let options = ConnectOptions::new()
        .name("process-pool")
        // A server that is silent is noticed after three of them, by default three minutes.
        .ping_interval(Duration::from_secs(5));
    // The client takes neither from the address (async-nats 0.51, src/connector.rs).
    let options = match (address.username(), address.password()) {
        (None, _) => match (env::var("NATS_USER"), env::var("NATS_PASSWORD")) {
            (Ok(user), Ok(password)) => options.user_and_password(user, password),
            _ => options,
        },
        (Some(token), None) => options.token(decoded(token)),
        (Some(user), Some(password)) => {
            options.user_and_password(decoded(user), decoded(password))
        }
    };
    let client = options.connect(address).await;
    client.with_context(|| format!("no connection to {place}"))
}

/// The command of a worker that names its machine in its reports.
///
/// # Errors
/// This program's own executable can't be found.
pub fn worker_with_host() -> io::Result<Command> {
    let mut command = worker_command()?;
    command.arg("--host");
    Ok(command)
}
