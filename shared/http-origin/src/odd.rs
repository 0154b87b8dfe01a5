//! Odd answers, as servers are seen to send them: right, doubtful and wrong ones.
//!
//! Each is a row of [`ODD`]: its name, its bytes, and what must come of it by RFC 9112
//! and by curl. `/odd/NAME/nonce/X` asks for one. Where a page comes of it, that is the
//! path's own body, so bytes that are taken for another answer's show.

mod table;

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::body::Body;
use crate::expected::{Expected, Fault};
use crate::script::Step;
use crate::segment::Segment;

pub use table::ODD;

/// How long an endless answer lasts, and with how many bytes: more than any client reads
/// in that time. Both bound what a client that waits for its end can lose.
const LASTS: Duration = Duration::from_secs(10);
const MOST: u64 = 16 << 30;
/// Bytes that an endless answer repeats at once.
const BLOCK: usize = 16 * 1024;

/// An odd answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odd {
    /// Small letters, digits and hyphens.
    pub name: &'static str,
    /// What is odd about it.
    pub kind: Kind,
    /// What must come of it.
    pub due: Due,
    parts: &'static [Part],
}

/// Where an answer is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the status line.
    Status,
    /// In what comes before the answer: 1xx.
    Interim,
    /// In its headers.
    Head,
    /// In `Content-Length`.
    Length,
    /// In `Transfer-Encoding`.
    Coding,
    /// In its chunks.
    Chunks,
    /// In numbers that are none.
    Number,
    /// In having a body, or none.
    Bodiless,
    /// In what comes behind it, on its connection.
    End,
    /// In `Location`.
    Location,
    /// In that nothing more comes.
    Silent,
    /// In that there is always more.
    Endless,
}

/// What must come of an odd answer. Bytes are counted from the start of the path's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The page.
    Page(u16, u64),
    /// An error, at once.
    Refused,
    /// The page, or an error at once: the RFC leaves it to the client.
    PageOrRefused(u16, u64),
    /// Anything but bytes of another answer.
    Own,
    /// A client that follows redirects gets this path's page; others get this status.
    Moved(u16, &'static str),
    /// A time-out.
    TimedOut,
    /// A time-out, or an error before it.
    GivenUp,
}

/// A stretch of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Text(&'static str),
    Bytes(&'static [u8]),
    /// The path's body, from the first of these to before the second.
    Body(u64, u64),
    /// This text, repeated this many times.
    Times(usize, &'static str),
    /// This text again and again.
    Endless(&'static str),
    /// Milliseconds.
    Pause(u64),
    /// The end of the connection.
    Close,
    /// Silence.
    Hang,
}

impl Odd {
    /// The answer of this name.
    pub fn named(name: &str) -> Option<&'static Odd> {
        ODD.iter().find(|odd| odd.name == name)
    }

    /// What a client must see where `path` asks for it.
    pub(crate) fn expected(&self, path: &str) -> Expected {
        let page = |status, bytes| (status, bytes, Body::new(path, bytes).digest(bytes));
        match self.due {
            Due::Page(status, bytes) => {
                let (status, bytes, sha256) = page(status, bytes);
                Expected::Whole {
                    status,
                    bytes,
                    sha256,
                }
            }
            Due::PageOrRefused(status, bytes) => {
                let (status, bytes, sha256) = page(status, bytes);
                Expected::WholeOrRefused {
                    status,
                    bytes,
                    sha256,
                }
            }
            // Where the connection stays, nothing is too short or reset.
            Due::Refused if !self.parts.contains(&Part::Close) => {
                Expected::Fault(Fault::Malformed)
            }
            Due::Refused => Expected::Refused,
            Due::Own => Expected::Own,
            Due::Moved(status, target) => Expected::Moved { status, target },
            Due::TimedOut => Expected::Fault(Fault::Hung),
            Due::GivenUp => Expected::GivenUp,
        }
    }

    /// Whether all bytes of a page with this digest are bytes of the answer to `path`, one
    /// behind the other.
    pub(crate) fn has(&self, path: &str, bytes: u64, sha256: [u8; 32]) -> bool {
        let is_same = |part: &[u8]| <[u8; 32]>::from(Sha256::digest(part)) == sha256;
        let body = Body::new(path, BODY);
        if bytes <= BODY && body.digest(bytes) == sha256 {
            return true;
        }
        let wire = self.wire(path);
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        bytes == 0 || wire.windows(bytes).any(is_same)
    }

    /// The bytes that are sent, up to what has no end.
    fn wire(&self, path: &str) -> Vec<u8> {
        let mut wire = Vec::new();
        for part in self.parts {
            match *part {
                Part::Endless(text) => wire.extend_from_slice(text.as_bytes()),
                part => part.append(path, &mut wire),
            }
        }
        wire
    }

    /// What is done to answer `path`.
    pub(crate) fn steps(&self, path: &str) -> Vec<Step> {
        let mut steps = Vec::with_capacity(self.parts.len());
        let mut bytes = Vec::new();
        for part in self.parts {
            let step = match *part {
                Part::Pause(milliseconds) => {
                    Step::Pause(Duration::from_millis(milliseconds))
                }
                Part::Close => Step::Close,
                Part::Hang => Step::Hang,
                Part::Endless(text) => {
                    let block = text.repeat(BLOCK.div_ceil(text.len())).into_bytes();
                    Step::Send(Segment::endless(block, MOST, LASTS))
                }
                part => {
                    part.append(path, &mut bytes);
                    continue;
                }
            };
            if !bytes.is_empty() {
                let bytes = std::mem::take(&mut bytes);
                steps.push(Step::Send(Segment::head(bytes, None)));
            }
            let is_endless = matches!(part, Part::Endless(_));
            steps.push(step);
            if is_endless {
                steps.push(Step::Close);
            }
        }
        if !bytes.is_empty() {
            steps.push(Step::Send(Segment::head(bytes, None)));
        }
        steps
    }
}

impl Part {
    fn append(self, path: &str, bytes: &mut Vec<u8>) {
        match self {
            Part::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Part::Bytes(some) => bytes.extend_from_slice(some),
            Part::Times(times, text) => bytes.extend(text.repeat(times).into_bytes()),
            Part::Body(from, to) => Body::new(path, BODY).append(from, to, bytes),
            Part::Endless(_) | Part::Pause(_) | Part::Close | Part::Hang => {}
        }
    }
}

/// Bytes of the body that belongs to an odd answer's path.
const BODY: u64 = 40;
