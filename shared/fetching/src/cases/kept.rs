//! Kept connections that the server has closed, or closes as they are used again.

use std::io::ErrorKind;

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Model, Settings, Value};

use super::Hold;
use crate::raw::{RawServer, Then};

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
/// How many are asked for.
const URLS: usize = 30;

/// What must come of a server that answers once on each connection. Each function calls
/// [`hold`] with the flags for one request at a time, or for two.
pub fn cases<M: Model>([one, two]: [Hold<M>; 2]) -> Vec<Case<M>> {
    vec![
        Case::custom(
            "lost_on_a_kept_connection",
            "what is lost before its answer has begun is asked for once more",
            one,
        )
        .with_peers(),
        // aiohttp asks once more on any connection that it has.
        Case::custom(
            "lost_on_one_of_two_kept_connections",
            "and that on a new connection, where others are kept",
            two,
        ),
    ]
}

/// Holds a variant to asking once more where a kept connection is lost, and only there.
///
/// # Errors
/// It differs.
pub fn hold<M: Model>(bench: &Bench<M>, flags: &[&str]) -> Result<()> {
    // Half of the connections are closed after their answer, without a word; half as they
    // are used again.
    let server = RawServer::start(|asked, client| {
        if asked.before > 0 {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        client.send(HELLO)?;
        match asked.connection % 2 {
            0 => Ok(Then::Keep),
            _ => Ok(Then::Close),
        }
    })?;
    let urls: Vec<_> = (0..URLS)
        .map(|place| server.url(&format!("/{place}")))
        .collect();
    let mut args: Vec<_> = urls.iter().map(String::as_str).collect();
    args.extend(flags);
    let facts = bench.trial(&args, &Settings::default())?.facts;
    let ok = facts.seen.iter().find(|fact| fact.name == "ok");
    let ok = ok.map(|fact| &fact.value);
    ensure!(ok == Some(&Value::Count(URLS as u64)), "{:?}", facts.seen);
    let seen = server.asked();
    for url in &urls {
        let asked = seen.iter().filter(|asked| url.ends_with(&asked.path));
        let (first, later): (Vec<_>, Vec<_>) = asked.partition(|asked| asked.before == 0);
        ensure!(
            first.len() == 1 && later.len() <= 1,
            "{url} was asked for on new connections {} times, on kept ones {} times",
            first.len(),
            later.len()
        );
    }
    Ok(())
}
