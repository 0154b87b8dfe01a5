//! Faults: the classes of what a request can end in, other than an answer.

use serde::Serialize;

/// Why a request has no good answer. Each request that failed is counted in one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// A whole answer whose status is not 2xx.
    Status,
    /// The bytes are not an HTTP/1 answer, or more bytes followed it than were asked for.
    Malformed,
    /// The head did not end within 16 KiB, or has more than 64 headers.
    HeadTooLong,
    /// A whole answer, and not the one to this request.
    Wrong,
    /// The connection ended in the midst of an answer.
    Truncated,
    /// The connection was reset.
    Reset,
    /// The connection ended before the first byte of an answer.
    Closed,
    /// No whole answer came within the timeout.
    TimedOut,
}

impl Fault {
    /// The class in words.
    pub fn words(self) -> &'static str {
        match self {
            Fault::Status => "status not 2xx",
            Fault::Malformed => "malformed",
            Fault::HeadTooLong => "head too long",
            Fault::Wrong => "not the answer to this request",
            Fault::Truncated => "truncated",
            Fault::Reset => "reset",
            Fault::Closed => "closed before an answer",
            Fault::TimedOut => "timed out",
        }
    }
}
