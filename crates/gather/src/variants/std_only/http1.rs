//! HTTP/1.1 answers, read from any stream: what a client library does between the socket
//! and the body.
//!
//! A body ends in one of three ways: after as many bytes as `Content-Length` says, with
//! the chunk of size zero, or, where the answer says neither, with the connection. In the
//! first two an earlier end of the stream is an error; in the third an early end can't be
//! seen.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use httparse::{EMPTY_HEADER, Header, Status, parse_chunk_size};

/// The most bytes that a head may have.
const MOST_HEAD: usize = 64 * 1024;
/// The most headers that a head may have.
const MOST_HEADERS: usize = 100;
/// The most bytes that the line of a chunk's size, or of a trailer, may have.
const MOST_LINE: u64 = 8 * 1024;
/// Bytes asked of the stream at once.
const BUFFER: usize = 32 * 1024;

/// An answer whose head has been read; to read from it is to read its body.
#[derive(Debug)]
pub struct Response<R> {
    status: u16,
    rest: Rest,
    stream: BufReader<R>,
}

/// What is still to come of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// This many bytes.
    Bytes(u64),
    /// This many bytes of this chunk, then more chunks.
    Chunk(u64),
    /// The size of the first chunk, then its bytes.
    FirstChunk,
    /// Everything until the stream ends.
    UntilClosed,
}

impl<R: Read> Response<R> {
    /// Reads the head of the answer to a GET.
    ///
    /// # Errors
    /// `UnexpectedEof`, where the stream ends before the head does; `InvalidData`, where
    /// it is not HTTP/1; what the stream says, otherwise.
    pub fn read(stream: R) -> io::Result<Self> {
        let mut stream = BufReader::with_capacity(BUFFER, stream);
        loop {
            let (status, rest) = head(&mut stream)?;
            // An interim answer: the one that counts follows. 101 was not asked for; what
            // comes behind it is another protocol.
            if !(100..200).contains(&status) || status == 101 {
                return Ok(Self {
                    status,
                    rest,
                    stream,
                });
            }
        }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Reads on from one chunk to the next: its size, or the trailers and the end.
    fn next_chunk(&mut self) -> io::Result<()> {
        if self.rest == Rest::Chunk(0) {
            // The line that ends the last chunk.
            match line(&mut self.stream)?.as_slice() {
                b"\r\n" | b"\n" => {}
                _ => return Err(invalid("a chunk is longer than its size")),
            }
        }
        let size = line(&mut self.stream)?;
        if !size[0].is_ascii_hexdigit() {
            // httparse takes no digits for zero.
            return Err(invalid("no chunk size"));
        }
        self.rest = match parse_chunk_size(&size) {
            Ok(Status::Complete((_, 0))) => {
                while !matches!(line(&mut self.stream)?.as_slice(), b"\r\n" | b"\n") {}
                Rest::Bytes(0)
            }
            Ok(Status::Complete((_, size))) => Rest::Chunk(size),
            Ok(Status::Partial) | Err(_) => return Err(invalid("no chunk size")),
        };
        Ok(())
    }
}

impl<R: Read> Read for Response<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Rest::Chunk(0) | Rest::FirstChunk = self.rest {
            self.next_chunk()?;
        }
        match &mut self.rest {
            Rest::UntilClosed => self.stream.read(buffer),
            Rest::FirstChunk | Rest::Bytes(0) => Ok(0),
            Rest::Bytes(left) | Rest::Chunk(left) => {
                let most = buffer
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                let count = self.stream.read(&mut buffer[..most])?;
                if count == 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                *left -= count as u64;
                Ok(count)
            }
        }
    }
}

/// Reads one head: the status, and what follows.
fn head(stream: &mut impl BufRead) -> io::Result<(u16, Rest)> {
    let mut head = Vec::new();
    loop {
        let seen = head.len();
        head.extend_from_slice(stream.fill_buf()?);
        if head.len() == seen {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(&head).map_err(invalid)? {
            Status::Complete(length) => {
                let status = response.code.expect("a complete head has a status");
                if status < 100 {
                    return Err(invalid(format!("there is no status {status:03}")));
                }
                let rest = rest(status, response.headers)?;
                stream.consume(length - seen);
                return Ok((status, rest));
            }
            Status::Partial if head.len() > MOST_HEAD => {
                return Err(invalid("the head has no end"));
            }
            Status::Partial => stream.consume(head.len() - seen),
        }
    }
}

/// How the body ends, as the head says.
fn rest(status: u16, headers: &[Header<'_>]) -> io::Result<Rest> {
    if let 100..200 | 204 | 304 = status {
        return Ok(Rest::Bytes(0));
    }
    // Several headers of a name are one list (RFC 9110, section 5.3).
    let values = |name: &'static str| {
        let headers = headers.iter();
        headers
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .flat_map(|header| header.value.split(|&byte| byte == b','))
            .map(<[u8]>::trim_ascii)
    };
    let codings: Vec<_> = values("Transfer-Encoding").collect();
    if let [coding, others @ ..] = codings.as_slice() {
        // Chunks go over a Content-Length beside them (RFC 9112, section 6.3).
        return match others.is_empty() && coding.eq_ignore_ascii_case(b"chunked") {
            true => Ok(Rest::FirstChunk),
            false => Err(invalid(format!(
                "Transfer-Encoding is {}, where only chunked is known",
                codings.join(&b", "[..]).escape_ascii()
            ))),
        };
    }
    let mut lengths = values("Content-Length");
    let Some(length) = lengths.next() else {
        return Ok(Rest::UntilClosed);
    };
    let shown = length.escape_ascii();
    if let Some(other) = lengths.find(|&other| other != length) {
        let other = other.escape_ascii();
        return Err(invalid(format!("Content-Length is {shown}, and {other}")));
    }
    if length.is_empty() || !length.iter().all(u8::is_ascii_digit) {
        let why = format!("Content-Length is \"{shown}\", which is no number");
        return Err(invalid(why));
    }
    let length = str::from_utf8(length).expect("digits are text");
    length
        .parse()
        .map(Rest::Bytes)
        .map_err(|_| invalid(format!("Content-Length is {shown}, which is too large")))
}

/// Reads one line with its end.
fn line(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    stream.take(MOST_LINE).read_until(b'\n', &mut line)?;
    match line.last() {
        Some(b'\n') => Ok(line),
        _ if line.len() as u64 == MOST_LINE => Err(invalid("a line has no end")),
        _ => Err(ErrorKind::UnexpectedEof.into()),
    }
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}
