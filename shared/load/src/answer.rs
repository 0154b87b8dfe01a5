//! An answer as it arrives: where it ends, by Content-Length, chunks or the connection's
//! end (RFC 9112, section 6.3).

use std::mem::MaybeUninit;

use httparse::{EMPTY_HEADER, ParserConfig, Response, Status};

use crate::fault::Fault;
use crate::framing::Framing;

/// Bytes of a head, of a chunk's line with its extensions, or of trailers.
const MOST_HEAD: usize = 16 * 1024;
/// Headers of a head.
const MOST_HEADERS: usize = 64;

/// One answer, fed with bytes until it is whole.
#[derive(Debug)]
pub(crate) struct Answer {
    stage: Stage,
    /// Bytes of a head, a chunk's line or trailers that are not there whole.
    pending: Vec<u8>,
    pub(crate) status: u16,
    /// Whether the connection can carry another request after this answer.
    pub(crate) keep_alive: bool,
    /// Bytes of the body so far, without the framing of chunks.
    pub(crate) body: u64,
    /// The first of them.
    pub(crate) kept: Vec<u8>,
}

/// Bytes of a body that are kept.
const MOST_KEPT: usize = 64 * 1024;

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Head,
    /// This many bytes of a body with a Content-Length.
    Length(u64),
    /// A chunk's size.
    Size,
    /// This many bytes of a chunk.
    Chunk(u64),
    /// The end of a chunk's line.
    ChunkEnd,
    Trailers,
    /// Whatever comes before the connection's end.
    UntilEnd,
    Whole,
}

impl Answer {
    pub(crate) fn new() -> Answer {
        Answer {
            stage: Stage::Head,
            pending: Vec::new(),
            status: 0,
            keep_alive: true,
            body: 0,
            kept: Vec::new(),
        }
    }

    /// Forgets the answer, so that the next one can be fed.
    pub(crate) fn clear(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        pending.clear();
        let mut kept = std::mem::take(&mut self.kept);
        kept.clear();
        *self = Answer {
            pending,
            kept,
            ..Answer::new()
        };
    }

    /// Takes what was received. Returns whether the answer is whole.
    pub(crate) fn feed(&mut self, received: &[u8]) -> Result<bool, Fault> {
        if self.pending.is_empty() {
            let used = self.advance(received)?;
            self.pending.extend_from_slice(&received[used..]);
        } else {
            self.pending.extend_from_slice(received);
            let mut pending = std::mem::take(&mut self.pending);
            let used = self.advance(&pending)?;
            pending.drain(..used);
            self.pending = pending;
        }
        match self.stage {
            Stage::Whole if !self.pending.is_empty() => Err(Fault::Malformed),
            _ if self.pending.len() > MOST_HEAD => Err(self.too_long()),
            stage => Ok(stage == Stage::Whole),
        }
    }

    /// Takes the connection's end, which makes some answers whole.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        match self.stage {
            Stage::Whole => Ok(()),
            Stage::UntilEnd => {
                self.stage = Stage::Whole;
                Ok(())
            }
            Stage::Head if self.pending.is_empty() && self.status == 0 => {
                Err(Fault::Closed)
            }
            _ => Err(Fault::Truncated),
        }
    }

    /// Parses as far as `bytes` reach. Returns how many were used.
    fn advance(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let mut used = 0;
        while used < bytes.len() && self.stage != Stage::Whole {
            let rest = &bytes[used..];
            let step = match self.stage {
                Stage::Head => self.head(rest)?,
                Stage::Length(left) => {
                    let step = self.pass(left, rest);
                    let left = left - step as u64;
                    self.stage = match left {
                        0 => Stage::Whole,
                        left => Stage::Length(left),
                    };
                    step
                }
                Stage::Size => self.size(rest)?,
                Stage::Chunk(left) => {
                    let step = self.pass(left, rest);
                    let left = left - step as u64;
                    self.stage = match left {
                        0 => Stage::ChunkEnd,
                        left => Stage::Chunk(left),
                    };
                    step
                }
                Stage::ChunkEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        self.stage = Stage::Size;
                        2
                    }
                    [b'\r'] => 0,
                    _ => return Err(Fault::Malformed),
                },
                Stage::Trailers => self.trailers(rest)?,
                Stage::UntilEnd => self.pass(u64::MAX, rest),
                Stage::Whole => 0,
            };
            if step == 0 && self.stage != Stage::Whole {
                break;
            }
            used += step;
        }
        Ok(used)
    }

    /// Counts bytes of the body, at most `left`.
    fn pass(&mut self, left: u64, rest: &[u8]) -> usize {
        let step = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        self.body += step as u64;
        let room = MOST_KEPT - self.kept.len();
        self.kept.extend_from_slice(&rest[..step.min(room)]);
        step
    }

    fn head(&mut self, rest: &[u8]) -> Result<usize, Fault> {
        let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
        let mut response = Response::new(&mut []);
        let parsed = ParserConfig::default().parse_response_with_uninit_headers(
            &mut response,
            rest,
            &mut headers,
        );
        let len = match parsed {
            Ok(Status::Complete(len)) if len <= MOST_HEAD => len,
            Ok(Status::Complete(_)) => return Err(Fault::HeadTooLong),
            Ok(Status::Partial) => return Ok(0),
            Err(httparse::Error::TooManyHeaders) => return Err(Fault::HeadTooLong),
            Err(_) => return Err(Fault::Malformed),
        };
        self.status = response.code.ok_or(Fault::Malformed)?;
        // An interim answer: the one that was asked for follows. Nothing asked for a
        // change of protocol.
        if (100..200).contains(&self.status) {
            return match self.status {
                101 => Err(Fault::Malformed),
                _ => Ok(len),
            };
        }
        let framing = Framing::of(response.headers, response.version == Some(0))?;
        self.keep_alive = framing.keep_alive;
        let is_empty = self.status == 204 || self.status == 304;
        self.stage = match (framing.chunked, framing.length) {
            _ if is_empty => Stage::Whole,
            (Some(_), Some(_)) => return Err(Fault::Malformed),
            (Some(true), None) => Stage::Size,
            (None, Some(0)) => Stage::Whole,
            (None, Some(length)) => Stage::Length(length),
            (Some(false) | None, None) => Stage::UntilEnd,
        };
        self.keep_alive &= self.stage != Stage::UntilEnd;
        Ok(len)
    }

    fn size(&mut self, rest: &[u8]) -> Result<usize, Fault> {
        match httparse::parse_chunk_size(rest) {
            Ok(Status::Complete((len, size))) => {
                self.stage = match size {
                    0 => Stage::Trailers,
                    size => Stage::Chunk(size),
                };
                Ok(len)
            }
            Ok(Status::Partial) => Ok(0),
            Err(_) => Err(Fault::Malformed),
        }
    }

    fn trailers(&mut self, rest: &[u8]) -> Result<usize, Fault> {
        match httparse::parse_headers(rest, &mut [EMPTY_HEADER; MOST_HEADERS]) {
            Ok(Status::Complete((len, _))) => {
                self.stage = Stage::Whole;
                Ok(len)
            }
            Ok(Status::Partial) => Ok(0),
            Err(httparse::Error::TooManyHeaders) => Err(Fault::HeadTooLong),
            Err(_) => Err(Fault::Malformed),
        }
    }

    fn too_long(&self) -> Fault {
        match self.stage {
            Stage::Head | Stage::Trailers => Fault::HeadTooLong,
            _ => Fault::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of an answer that arrives cut at `cut`, after which the server ends.
    fn outcome(text: &str, cut: usize) -> Expected {
        let mut answer = Answer::new();
        let (first, second) = text.as_bytes().split_at(cut);
        let mut whole = !first.is_empty() && answer.feed(first)?;
        if !second.is_empty() {
            // Bytes behind an answer that is whole were not asked for.
            whole = !whole && answer.feed(second)?;
        }
        if !whole {
            answer.end()?;
        }
        Ok((answer.status, answer.body, answer.keep_alive))
    }

    /// The status, the body's bytes and whether the connection is kept.
    type Expected = Result<(u16, u64, bool), Fault>;

    const CASES: &[(&str, Expected)] = &[
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            Ok((200, 3, true)),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            Ok((200, 0, true)),
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", Ok((204, 0, true))),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 1\r\n\r\nx",
            Ok((404, 1, true)),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx",
            Ok((200, 1, false)),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             3;a=b\r\nabc\r\n00a\r\n0123456789\r\n0\r\nA: b\r\n\r\n",
            Ok((200, 13, true)),
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
            Ok((200, 1, true)),
        ),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", Ok((200, 13, false))),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
            Ok((200, 1, false)),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
            Err(Fault::Truncated),
        ),
        ("HTTP/1.1 200 OK\r\nContent-Len", Err(Fault::Truncated)),
        ("HTTP/1.1 100 Continue\r\n\r\n", Err(Fault::Truncated)),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            Err(Fault::Truncated),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
            Err(Fault::Malformed),
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
            Err(Fault::Malformed),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            Err(Fault::Malformed),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc",
            Err(Fault::Malformed),
        ),
        ("HTTP/1.1 101 Up\r\n\r\n", Err(Fault::Malformed)),
        ("GARBAGE\r\n\r\n", Err(Fault::Malformed)),
        ("", Err(Fault::Closed)),
    ];

    #[test]
    fn an_answer_is_the_same_wherever_it_is_cut() {
        for (text, expected) in CASES {
            for cut in 0..=text.len() {
                assert_eq!(outcome(text, cut), *expected, "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn bytes_that_nobody_asked_for_are_malformed() {
        let mut answer = Answer::new();
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy";
        assert_eq!(answer.feed(text), Err(Fault::Malformed));
    }

    #[test]
    fn a_head_has_an_end() {
        let long = format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(MOST_HEAD));
        assert_eq!(Answer::new().feed(long.as_bytes()), Err(Fault::HeadTooLong));
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: a\r\n".repeat(65));
        assert_eq!(Answer::new().feed(many.as_bytes()), Err(Fault::HeadTooLong));
        let whole = format!("{long}\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(
            Answer::new().feed(whole.as_bytes()),
            Err(Fault::HeadTooLong)
        );
    }
}
