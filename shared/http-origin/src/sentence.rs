//! Sentences: what a path asks for, as plain data.
//!
//! How a sentence is read is in `reader.rs`, how it is put on a socket in `script.rs`, what
//! a client must see of it in `expected.rs`.

use std::fmt;
use std::time::Duration;

use crate::odd::Odd;

/// What one path asks for. Its `Display` is the shortest path that asks for the same
/// (but for the body's content, which depends on the whole path).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The pause before the answer's first byte.
    pub pause: Duration,
    /// The answer's status code, 200 to 599.
    pub status: u16,
    /// Headers beside the framing's own, decoded.
    pub headers: Vec<(String, String)>,
    /// The time between two bytes of the head; `None` sends it in one piece.
    pub head_drip: Option<Duration>,
    /// The body; without one the answer has `Content-Length: 0`.
    pub content: Option<Content>,
    /// Requests of this path that are refused before the first is answered.
    pub refusals: Option<Refusals>,
    /// How the answer ends.
    pub ending: Ending,
}

/// The body that a sentence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its size in bytes, without framing.
    pub bytes: u64,
    /// How its end is marked.
    pub framing: Framing,
    /// How it drips; `None` sends it as fast as the client takes it.
    pub drip: Option<Drip>,
}

/// How a client learns where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// By `Content-Length`.
    Length,
    /// By `Transfer-Encoding: chunked`.
    Chunked,
    /// By the end of the connection. Only over TLS does a client see whether a FIN cut
    /// it: the end of a whole one has a `close_notify`.
    Connection,
}

/// A body's pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drip {
    /// Bytes in one piece, at least 1.
    pub piece: u64,
    /// The time from one piece to the next; the first leaves at once.
    pub every: Duration,
}

/// The refusals that `/flaky/N` asks for: status 503 and an empty body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// Requests that are refused.
    pub count: u64,
    /// The pause before each refusal: the `/after` steps that stand before `/flaky`.
    pub pause: Duration,
}

/// How an answer ends. The figures are bytes of the body that are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With its last byte.
    Whole,
    /// With a FIN in the middle of the body.
    Truncate(u64),
    /// With an RST in the middle of the body.
    Reset(u64),
    /// Never: silence in the middle of the body until the client hangs up.
    Stall(u64),
    /// Never: no byte is sent.
    Hang,
    /// With a FIN before the first byte.
    Close,
    /// With an RST before the first byte.
    ResetAtOnce,
    /// With a FIN behind a line that is no status line.
    Garbage,
    /// As this odd answer does, which takes the place of the whole.
    Odd(&'static Odd),
    /// The same, where all that counts is that no byte of it passes for another answer's.
    Own(&'static Odd),
}

impl Sentence {
    /// Whether the body ends with the connection.
    pub(crate) fn is_unframed(&self) -> bool {
        self.content
            .is_some_and(|content| content.framing == Framing::Connection)
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.pause;
        if let Some(refusals) = self.refusals {
            if refusals.pause > Duration::ZERO {
                write!(f, "/after/{}", Micros(refusals.pause))?;
            }
            write!(f, "/flaky/{}", refusals.count)?;
            rest = rest.saturating_sub(refusals.pause);
        }
        if rest > Duration::ZERO {
            write!(f, "/after/{}", Micros(rest))?;
        }
        if let Some(every) = self.head_drip {
            write!(f, "/drip-head/{}", Micros(every))?;
        }
        if self.status != 200 {
            write!(f, "/status/{}", self.status)?;
        }
        for (name, value) in &self.headers {
            write!(f, "/header/{name}/{}", Encoded(value))?;
        }
        if let Some(content) = self.content {
            let step = match content.framing {
                Framing::Length => "bytes",
                Framing::Chunked => "chunked",
                Framing::Connection => "unframed",
            };
            write!(f, "/{step}/{}", content.bytes)?;
            if let Some(Drip { piece, every }) = content.drip {
                write!(f, "/drip/{piece}/{}", Micros(every))?;
            }
        }
        match self.ending {
            Ending::Whole => Ok(()),
            Ending::Truncate(bytes) => write!(f, "/truncate/{bytes}"),
            Ending::Reset(bytes) => write!(f, "/reset/{bytes}"),
            Ending::Stall(bytes) => write!(f, "/stall/{bytes}"),
            Ending::Hang => f.write_str("/hang"),
            Ending::Close => f.write_str("/close"),
            Ending::ResetAtOnce => f.write_str("/reset/0"),
            Ending::Garbage => f.write_str("/garbage"),
            Ending::Odd(odd) => write!(f, "/odd/{}", odd.name),
            Ending::Own(odd) => write!(f, "/own/{}", odd.name),
        }
    }
}

/// A duration in the grammar's smallest unit.
struct Micros(Duration);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}us", self.0.as_micros())
    }
}

/// A header's value with everything but letters, digits and `-._` percent-encoded.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            b'-' | b'.' | b'_' => write!(f, "{}", byte as char),
            _ if byte.is_ascii_alphanumeric() => write!(f, "{}", byte as char),
            _ => write!(f, "%{byte:02X}"),
        })
    }
}
