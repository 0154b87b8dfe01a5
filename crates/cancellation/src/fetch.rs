//! One request, and in which phase of it a task is: over a stream of whatever runtime, or
//! on a socket that blocks.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use bytes::Bytes;
use fetching::{Page, Target, outcome};
use futures_util::future::join;
use http_body_util::{BodyExt, Empty};
use httparse::{EMPTY_HEADER, Response, Status};
use hyper::{Request, client::conn::http1::handshake, header::HOST, rt};
use test_fixtures::Outcome;

use crate::{
    Task,
    ends::{Detail, Kind, Phase},
};

/// More than any honest answer's head has.
const MOST_HEAD: usize = 64 * 1024;

impl Task {
    /// The URL that it fetches.
    pub fn url(&self) -> &str {
        &self.job().urls[self.index]
    }

    /// Begins to connect: the host and the port to connect to.
    pub fn address(&self) -> (&str, u16) {
        self.begin();
        self.enter(Phase::Connecting);
        self.target().address
    }

    fn target(&self) -> Target<'_> {
        Target::of(self.url()).expect("every URL was looked at when the tasks were made")
    }

    /// Begins to wait for the answer's head.
    pub fn sent(&self) {
        self.enter(Phase::ReadingHead);
    }

    /// Has the head, and begins to read the body.
    pub fn answered(&self) {
        self.enter(Phase::ReadingBody);
    }

    /// It has its page, or could not get it. One that ran into its deadline was stopped.
    pub fn settle(self, result: Result<Page>) {
        match outcome(result) {
            Outcome::Ok(page) => self.end(Kind::Ok, Some(Detail::Page(page))),
            Outcome::Failed(failure) => {
                self.end(Kind::Failed, Some(Detail::Failure(failure)));
            }
            _ => {}
        }
    }

    /// Sends the request and reads the answer, with hyper over any runtime's stream. There
    /// is nothing beside this future: dropped, it drops the connection.
    pub async fn exchange<S>(self, stream: io::Result<S>)
    where
        S: rt::Read + rt::Write + Unpin + Send + 'static,
    {
        let page = exchange(&self, stream).await;
        self.settle(page);
    }

    /// Connects, sends the request and reads the answer on a socket that blocks, but never
    /// past `deadline`; it is not begun if that has passed.
    pub fn fetch_until(self, deadline: Instant) {
        if left(deadline).is_err() {
            return;
        }
        let page = fetch(&self, deadline);
        self.settle(page);
    }
}

async fn exchange<S>(task: &Task, stream: io::Result<S>) -> Result<Page>
where
    S: rt::Read + rt::Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = handshake(stream?).await?;
    let exchange = async move {
        let target = task.target();
        let request = Request::get(target.path).header(HOST, target.host);
        task.sent();
        let mut response = sender
            .send_request(request.body(Empty::<Bytes>::new())?)
            .await?;
        task.answered();
        let mut page = Page::open(task.url(), response.status().as_u16());
        while let Some(frame) = response.frame().await.transpose()? {
            if let Some(part) = frame.data_ref() {
                page.read(part);
            }
        }
        anyhow::Ok(page.close())
    };
    // What stops the connection stops the exchange too, and that one tells why.
    join(exchange, connection).await.0
}

/// HTTP/1.0, whose bodies end after as many bytes as their length says, or with the
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

/// How long a socket should wait before the next look at the clock. The system rounds its
/// time-outs up, the longer the more, by as much as an eighth; so it is asked for less.
pub(crate) fn wait(deadline: Instant) -> io::Result<Duration> {
    let wait = left(deadline)? / 8 * 7;
    Ok(wait.max(Duration::from_micros(100)))
}

/// The time that is left; an error once there is none.
pub(crate) fn left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
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
