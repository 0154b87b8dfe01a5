//! A client on a bare socket: it hides nothing that the origin does.
#![allow(dead_code, reason = "each test uses the part that it needs")]

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use http_origin::Origin;

/// The result of a test.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The time after which a wait counts as lost; no test comes close to it unless it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    /// What was read and belongs to the next answer.
    ahead: Vec<u8>,
}

/// An answer, read as its head says.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head, in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(origin: &Origin) -> io::Result<Client> {
        let stream = TcpStream::connect(origin.address())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Client {
            stream,
            ahead: Vec::new(),
        })
    }

    pub(crate) fn send(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes())
    }

    pub(crate) fn ask(&mut self, path: &str) -> io::Result<()> {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: origin\r\n\r\n"))
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.ask(path)?;
        self.answer()
    }

    /// All bytes until the connection ends, and the error if it ends with one.
    pub(crate) fn rest(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut bytes = std::mem::take(&mut self.ahead);
        let end = self.stream.read_to_end(&mut bytes).map(drop);
        (bytes, end)
    }

    /// Discards what was read ahead, and returns how much it was.
    pub(crate) fn skip_ahead(&mut self) -> u64 {
        std::mem::take(&mut self.ahead).len() as u64
    }

    /// Exactly `count` bytes.
    pub(crate) fn exactly(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < count {
            self.more()?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let head = self.head()?;
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(head.clone()))?;
        let body = if head.contains("transfer-encoding: chunked") {
            self.chunks()?.concat()
        } else {
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
            self.exactly(length.unwrap_or(0))?
        };
        Ok(Answer { status, head, body })
    }

    pub(crate) fn head(&mut self) -> io::Result<String> {
        let head = self.until(b"\r\n\r\n")?;
        Ok(String::from_utf8_lossy(&head).to_lowercase())
    }

    pub(crate) fn chunks(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut chunks = Vec::new();
        loop {
            let line = self.until(b"\r\n")?;
            let size = String::from_utf8_lossy(&line).trim_end().to_owned();
            let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
            let mut chunk = self.exactly(size + 2)?;
            assert_eq!(chunk.split_off(size), b"\r\n");
            if size == 0 {
                return Ok(chunks);
            }
            chunks.push(chunk);
        }
    }

    fn until(&mut self, mark: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            let found = self
                .ahead
                .windows(mark.len())
                .position(|window| window == mark);
            if let Some(at) = found {
                return Ok(self.ahead.drain(..at + mark.len()).collect());
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> io::Result<()> {
        let mut buffer = [0; 64 * 1024];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            bytes => {
                self.ahead.extend_from_slice(&buffer[..bytes]);
                Ok(())
            }
        }
    }
}
