//! One request on a socket that blocks, never past a deadline. HTTP/1.0 by hand, so that a
//! task knows in which phase it is.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Instant,
};

use anyhow::{Result, anyhow};
use fetching::{Page, Target};
use httparse::{EMPTY_HEADER, Response, Status};

use super::{
    Done, Task,
    time_left::{left, wait},
};

/// More than any honest answer's head has.
const MOST_HEAD: usize = 64 * 1024;

impl Task {
    /// Connects, sends the request and reads the answer on a socket that blocks, but never
    /// past `deadline`; it is not begun if that has passed.
    pub fn fetch_until(self, deadline: Instant) -> Done {
        left(deadline).ok()?;
        let page = fetch(&self, deadline);
        self.settle(page)
    }
}

/// A body ends after as many bytes as its length says, or with the
/// connection.
fn fetch(task: &Task, deadline: Instant) -> Result<Page> {
    let address = task.address().to_socket_addrs()?.next();
    let address = address.ok_or_else(|| anyhow!("the host has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, left(deadline)?)?;
    let Target { host, path, .. } = task.target();
    let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n");
    stream.set_write_timeout(Some(left(deadline)?))?;
    stream.write_all(request.as_bytes())?;
    task.sent();
    let mut received = Vec::new();
    let head = loop {
        if let Some(head) = Head::parse(&received)? {
            break head;
        }
        if read(&mut stream, deadline, &mut received)? == 0 {
            return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
        }
    };
    task.answered();
    let mut page = Page::open(task.url(), head.status);
    received.drain(..head.length);
    let mut missing = head.body;
    loop {
        let part = received.len().min(missing.unwrap_or(usize::MAX));
        page.read(&received[..part]);
        received.clear();
        missing = missing.map(|missing| missing - part);
        if missing == Some(0) {
            return Ok(page.close());
        }
        match (read(&mut stream, deadline, &mut received)?, missing) {
            (0, None) => return Ok(page.close()),
            (0, Some(_)) => return Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
            _ => {}
        }
    }
}

/// The next bytes, if they come in time. A socket's time-out is for one read, so each gets
/// what is left of the whole.
fn read(
    stream: &mut TcpStream,
    deadline: Instant,
    bytes: &mut Vec<u8>,
) -> io::Result<usize> {
    let mut buffer = [0; 8192];
    loop {
        stream.set_read_timeout(Some(wait(deadline)?))?;
        match stream.read(&mut buffer) {
            Ok(count) => {
                bytes.extend(&buffer[..count]);
                return Ok(count);
            }
            Err(error) if is_early(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_early(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

struct Head {
    status: u16,
    /// Bytes of the head itself.
    length: usize,
    /// Bytes of the body, if the head says.
    body: Option<usize>,
}

impl Head {
    /// The head at the beginning of `bytes`, if it is there in full.
    fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut headers = [EMPTY_HEADER; 96];
        let mut response = Response::new(&mut headers);
        let Status::Complete(length) = response.parse(bytes)? else {
            return match bytes.len() {
                0..=MOST_HEAD => Ok(None),
                _ => Err(io::Error::from(ErrorKind::InvalidData).into()),
            };
        };
        let is_length = |name: &str| name.eq_ignore_ascii_case("content-length");
        let mut named = response.headers.iter().filter(|one| is_length(one.name));
        let body = named.next().map(|one| {
            let digits = std::str::from_utf8(one.value).ok()?;
            digits.trim().parse().ok()
        });
        let body = body.map(|body| body.ok_or(io::Error::from(ErrorKind::InvalidData)));
        Ok(Some(Self {
            status: response.code.unwrap_or_default(),
            length,
            body: body.transpose()?,
        }))
    }
}
