//! Answers without an end: a server that always has more to send must not starve the clock.

use std::{io, time::Duration};

use anyhow::{Context, Result, ensure};
use test_fixtures::{Bench, Case, Model, Settings, Value};

use super::Hold;
use crate::raw::{Asked, Client, RawServer, Then};

/// An answer without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endless {
    /// Its name, and the path that asks for it.
    pub path: &'static str,
    /// What comes first.
    pub first: &'static str,
    /// What comes then, again and again.
    pub again: &'static str,
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const LAST_CHUNK: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n";

/// Heads without an end, and what may come before them.
pub const HEADS: &[Endless] = &[
    endless("/blank-lines", "", "\r\n"),
    endless("/reason", "HTTP/1.1 200 ", "O"),
    endless("/head-lines", "HTTP/1.1 200 OK\r\n", "X-More: 1\r\n"),
    endless("/head-line", "HTTP/1.1 200 OK\r\nX-More: ", "1"),
    endless("/head-name", "HTTP/1.1 200 OK\r\n", "X"),
    endless("/continue", "", "HTTP/1.1 100 Continue\r\n\r\n"),
    endless(
        "/early-hints",
        "",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    ),
];

/// What stands around a body, without an end.
pub const FRAMES: &[Endless] = &[
    endless("/chunk-size", CHUNKED, "0"),
    endless(
        "/chunk-extension",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
        "a",
    ),
    endless(
        "/chunk-extensions",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5",
        ";a=b",
    ),
    endless("/trailers", LAST_CHUNK, "X-More: 1\r\n"),
    endless(
        "/trailer",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-More: ",
        "1",
    ),
];

/// Bodies without an end, of which little comes at a time.
pub const CHUNKS: &[Endless] = &[
    endless("/chunks", CHUNKED, "1\r\na\r\n"),
    endless("/chunks-extended", CHUNKED, "1;a=b\r\na\r\n"),
];

/// The same, and bodies of which much comes at a time.
pub const BODIES: &[Endless] = &[
    endless("/chunks", CHUNKED, "1\r\na\r\n"),
    endless("/chunks-extended", CHUNKED, "1;a=b\r\na\r\n"),
    endless(
        "/unframed",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        "a",
    ),
    endless(
        "/length",
        "HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\n",
        "a",
    ),
];

/// What these bytes may cost a client beside what it keeps.
const MOST_GROWTH: u64 = 32 << 20;

const fn endless(
    path: &'static str,
    first: &'static str,
    again: &'static str,
) -> Endless {
    Endless { path, first, again }
}

impl Endless {
    /// Sends it.
    ///
    /// # Errors
    /// The client has left.
    pub fn send(&self, client: &mut Client<'_>) -> io::Result<Then> {
        client.send(self.first.as_bytes())?;
        client.send_without_end(self.again.as_bytes())?;
        Ok(Then::Close)
    }
}

/// A server that has all of them, and an honest answer of five bytes at every other path.
///
/// # Errors
/// The system has no port or no thread left.
pub fn server() -> io::Result<RawServer> {
    RawServer::start(|asked: &Asked, client: &mut Client<'_>| {
        let mut all = HEADS.iter().chain(FRAMES).chain(BODIES);
        match all.find(|endless| endless.path == asked.path) {
            Some(endless) => endless.send(client),
            None => {
                client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")?;
                Ok(Then::Keep)
            }
        }
    })
}

/// The cases of a model: what must come of [`HEADS`], of [`FRAMES`] and of [`BODIES`].
/// Each function passes its answers to [`given_up`], with the flags under which all of
/// them are asked for at once.
pub fn cases<M: Model>([heads, frames, bodies]: [Hold<M>; 3]) -> Vec<Case<M>> {
    vec![
        Case::custom(
            "endless_heads",
            "heads that never end are given up in time, and cost no memory",
            heads,
        )
        .with_peers(),
        Case::custom(
            "endless_frames",
            "nor does what stands around a body outlast the time-out, if it never ends",
            frames,
        )
        .with_peers(),
        Case::custom("endless_bodies", "nor does a body that never ends", bodies)
            .with_peers(),
    ]
}

/// Holds a variant to giving all of these up in time and in little memory, while an honest
/// answer beside them does not suffer.
///
/// # Errors
/// It doesn't.
pub fn given_up<M: Model>(
    bench: &Bench<M>,
    all: &[Endless],
    flags: &[&str],
) -> Result<()> {
    let server = server()?;
    let mut urls: Vec<_> = all.iter().map(|one| server.url(one.path)).collect();
    urls.push(server.url("/honest"));
    let mut args: Vec<&str> = urls.iter().map(String::as_str).collect();
    args.extend(flags);
    let trial = bench.trial(&args, &Settings::default())?;
    let ok = trial.facts.seen.iter().find(|fact| fact.name == "ok");
    let ok = ok.map(|fact| &fact.value);
    ensure!(ok == Some(&Value::Count(1)), "{:?}", trial.facts.seen);
    let took = Duration::from_nanos(trial.nanos);
    ensure!(
        took < Duration::from_secs(4),
        "given up only after {took:?}"
    );
    let memory = trial.memory.context("the reply tells no memory")?;
    let grown = memory.peak - memory.before;
    ensure!(grown < MOST_GROWTH, "its memory grew by {grown} bytes");
    Ok(())
}
