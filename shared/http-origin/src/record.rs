//! The record: what an origin has seen, as plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A snapshot of what an origin has seen since it started.
///
/// Its memory is bounded: the newest [`Record::MOST_EXCHANGES`] exchanges are kept, and
/// the hits of the first [`Record::MOST_PATHS`] paths; what is left out is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Connections that were ever accepted.
    pub connections_accepted: u64,
    /// Times that a connection could not be accepted: there was no descriptor left for it.
    pub connections_refused: u64,
    /// Connections that are open now.
    pub connections_open: u64,
    /// The most connections that were open at one time.
    pub connections_most_open: u64,
    /// Requests that were read whole.
    pub requests: u64,
    /// Requests that are in flight now. Such a request was read whole. Its answer's last
    /// byte is not written to the socket yet, nor is its connection cut or hung up.
    pub requests_in_flight: u64,
    /// The most requests that were in flight at one time.
    pub requests_most_in_flight: u64,
    /// Requests that could not be read: bad syntax, too large. They are no exchanges.
    pub requests_malformed: u64,
    /// Requests by path.
    pub hits: BTreeMap<Arc<str>, u64>,
    /// Requests whose path is not listed in `hits`, as the list was full.
    pub hits_unlisted: u64,
    /// One entry a request, in order of arrival.
    pub exchanges: Vec<Exchange>,
    /// Exchanges older than these that were left out.
    pub exchanges_dropped: u64,
}

impl Record {
    /// Exchanges that are kept at least; up to 1024 more may be.
    pub const MOST_EXCHANGES: usize = 1 << 18;
    /// Distinct paths whose hits are kept, unless they are so long that together they
    /// pass [`Record::MOST_PATH_BYTES`].
    pub const MOST_PATHS: usize = 1 << 17;
    /// Bytes that the listed paths may have together.
    pub const MOST_PATH_BYTES: usize = 16 << 20;

    /// Requests of this very path.
    pub fn hits(&self, path: &str) -> u64 {
        self.hits.get(path).copied().unwrap_or(0)
    }
}

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The request's target as it came; `…` where the list of paths was full.
    pub path: Arc<str>,
    /// The connection it came on, counted from 1 in the order of accepting.
    pub connection: u64,
    /// When it had been read whole: nanoseconds on `CLOCK_MONOTONIC`, the axis of every
    /// process on this machine.
    pub started_ns: u64,
    /// When its answer's last byte was written to the socket, or the connection was cut
    /// or found hung up; `None` while it is in flight.
    pub ended_ns: Option<u64>,
    /// The status that was sent; `None` before the end, or if not a byte was sent.
    pub status: Option<u16>,
    /// Bytes of the body that were written to the socket; 0 before the end.
    pub body_bytes: u64,
    /// How it ended.
    pub end: End,
}

impl Exchange {
    /// SHA-256 of the bytes of the body that were sent, made from the path; `None` while
    /// it is in flight. An answer from outside the grammar (404, 405) gives that of its
    /// text only as far as the grammar knows it, so it is `None` too.
    pub fn sha256(&self) -> Option<[u8; 32]> {
        self.ended_ns?;
        crate::expected::digest(&self.path, self.body_bytes).ok()
    }

    /// Whether the client may have asked for the next before this one was seen to end.
    /// That is so if it hangs or stalls, or if it is odd and the client left early or its
    /// connection ended later.
    pub fn was_left(&self) -> bool {
        let asks_for =
            |words: [&str; 2]| words.iter().any(|word| self.path.contains(word));
        let is_odd = asks_for(["/odd/", "/own/"]);
        asks_for(["/hang", "/stall/"]) || (is_odd && self.end != End::Answered)
    }
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Not yet.
    Unfinished,
    /// The whole answer was written to the socket.
    Answered,
    /// The origin ended the connection, as the path asked for.
    Cut,
    /// The client ended the connection, while the answer was in this phase.
    HungUp(Phase),
}

/// How far an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// An earlier request on the same connection is still being answered.
    Queued,
    /// Not a byte was sent: a pause, or `/hang`.
    Pausing,
    /// The head is being sent.
    SendingHead,
    /// The head was sent; the body is being sent, or stalls.
    SendingBody,
}
