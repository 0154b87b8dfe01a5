//! Clients beside the load, who do what a client should not, or may do and rarely does.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    os::fd::AsFd,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::{net::sockopt, process::Pid};

use super::idle::{descriptors, holds};
use crate::{
    Job,
    work::{BUSY, PANIC, SLOW, answer},
};

/// How long a guest waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Guests that come before those before them were accepted. Where a server's backlog is
/// full, the system tries again a second later, and then after twice as long each time.
const COMING: usize = 256;
/// Requests that one guest sends at once where it pipelines them.
const AT_ONCE: usize = 20;
/// Requests of 20 ms of computing that one guest sends at once: 8 s of a core.
const AHEAD: usize = 400;
/// Half a request.
const HALF_A_HEAD: &[u8] = b"GET /half HTTP/1.1\r\nHost: a\r\nX-Half: ";

/// What the clients beside the load do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Guest {
    /// Open a connection, and send nothing
    Idle,
    /// Send a head, a byte each 5 ms
    Drip,
    /// Ask again and again, and read nothing
    Deaf,
    /// Ask for what takes 3 s, and stay when the server is stopped
    Slow,
    /// Send half a head, and stay when the server is stopped
    HalfHead,
    /// Reset the connection in the middle of a request
    Reset,
    /// End their side of the connection behind the request
    HalfClosed,
    /// Send 20 requests at once
    Pipeline,
    /// Send a head without an end
    LongHead,
    /// Send what is not HTTP
    Garbage,
    /// Ask for what makes the handler panic
    Panic,
    /// Have the handler compute for 20 ms, again and again
    Busy,
    /// Send 400 requests at once, for each of which the handler computes for 20 ms
    Ahead,
    /// Open a connection for each request
    Anew,
    /// Send a request each at the same time, before the load
    Crowd,
    /// Open a connection, send nothing, and leave after 300 ms
    Leaving,
}

impl Guest {
    /// Whether it keeps its connection until the server is stopped.
    pub(crate) fn stays(self) -> bool {
        matches!(self, Guest::Idle | Guest::Drip | Guest::Deaf) || self.outstays()
    }

    /// Whether it keeps its connection longer than that.
    pub(crate) fn outstays(self) -> bool {
        matches!(self, Guest::Slow | Guest::HalfHead | Guest::Ahead)
    }

    /// Is so many of these guests, until `leave` is set. The load begins once they are
    /// `there`.
    pub(crate) fn visit(
        self,
        guests: usize,
        (server, pid): (SocketAddr, Pid),
        job: &Job,
        there: &Sender<()>,
        leave: &AtomicBool,
    ) -> Result<Vec<TcpStream>> {
        let mut all = Vec::with_capacity(guests);
        let before = descriptors(pid)?;
        let mut are_accepted = true;
        for number in 0..guests {
            if number % COMING == 0 {
                are_accepted = are_accepted && holds(pid, before + number);
            }
            let stream = TcpStream::connect(server).context("a guest can't connect")?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(Duration::from_millis(20)))?;
            all.push(stream);
        }
        match self {
            Guest::Crowd => crowd(&mut all, job)?,
            Guest::HalfHead => {
                for guest in &mut all {
                    guest.write_all(HALF_A_HEAD)?;
                }
            }
            _ => {}
        }
        // Who waits for it may have been stopped.
        _ = there.send(());
        let is_over = || leave.load(Ordering::SeqCst);
        match self {
            Guest::Crowd => {}
            Guest::Leaving => {
                thread::sleep(Duration::from_millis(300));
                all.clear();
            }
            Guest::Idle | Guest::HalfHead => while_not(&is_over, || Ok(()))?,
            Guest::Drip => {
                let mut head = b"GET /0 HTTP/1.1\r\nHost: a\r\nX: ".iter().copied();
                while_not(&is_over, || {
                    let byte = head.next().unwrap_or(b'x');
                    for guest in &mut all {
                        // A server may end it.
                        drop(guest.write(&[byte]));
                    }
                    Ok(())
                })?;
            }
            Guest::Slow => {
                for guest in &mut all {
                    guest.write_all(request(SLOW).as_bytes())?;
                }
                while_not(&is_over, || Ok(()))?;
            }
            Guest::Deaf => {
                while_not(&is_over, || {
                    let many = request("/1").repeat(1000);
                    for guest in &mut all {
                        // Once the server's writes block, ours do.
                        drop(guest.write(many.as_bytes()));
                    }
                    Ok(())
                })?;
            }
            Guest::Reset => {
                for guest in &mut all {
                    guest.write_all(b"GET /2 HT")?;
                }
                all.drain(..).try_for_each(reset)?;
            }
            Guest::HalfClosed => {
                for (number, guest) in all.iter_mut().enumerate() {
                    let path = format!("/half/{number}");
                    let sent = guest.write_all(request(&path).as_bytes());
                    match sent.and_then(|()| guest.shutdown(Shutdown::Write)) {
                        // It was late, and the server has ended the connection.
                        Err(_) if is_over() => return Ok(Vec::new()),
                        sent => sent?,
                    }
                    // Who asks and ends may be taken for gone.
                    let (_, body) = or_closed(one_answer(guest))?.unwrap_or_default();
                    let is_right = body.is_empty() || body == answer(&path);
                    ensure!(is_right, "{path}: the answer to another: {body}");
                }
            }
            Guest::Pipeline => {
                for (number, guest) in all.iter_mut().enumerate() {
                    let paths = (0..AT_ONCE).map(|at| format!("/line/{number}/{at}"));
                    let paths: Vec<_> = paths.collect();
                    let asked: String = paths.iter().map(|path| request(path)).collect();
                    guest.write_all(asked.as_bytes())?;
                    let mut rest = Vec::new();
                    for path in paths {
                        let next = next_answer(guest, &mut rest);
                        let (status, body) = match next {
                            // The one under way is the last that is answered.
                            Err(_) if is_over() => return Ok(Vec::new()),
                            next => next.with_context(|| format!("{path}: no answer"))?,
                        };
                        ensure!(
                            status == 200 && body == answer(&path),
                            "{path}: {status}, {body}"
                        );
                    }
                }
            }
            Guest::LongHead => {
                let long = format!("GET /3 HTTP/1.1\r\nX: {}", "x".repeat(1 << 20));
                for guest in &mut all {
                    // It is refused before all of it was written.
                    drop(guest.write_all(long.as_bytes()));
                    refused(guest)?;
                }
            }
            Guest::Garbage => {
                for guest in &mut all {
                    drop(guest.write_all(b"\x00\xff\x16\x03 no HTTP\r\n\r\n"));
                    refused(guest)?;
                }
            }
            Guest::Panic => {
                for guest in &mut all {
                    guest.write_all(request(&format!("{PANIC}4")).as_bytes())?;
                    refused(guest)?;
                }
            }
            Guest::Busy => {
                for guest in &mut all {
                    guest.write_all(request(BUSY).as_bytes())?;
                }
                let mut rests = vec![Vec::new(); all.len()];
                while !is_over() {
                    for (guest, rest) in all.iter_mut().zip(&mut rests) {
                        let asked = next_answer(guest, rest)
                            .and_then(|_| guest.write_all(request(BUSY).as_bytes()));
                        if !is_over() {
                            asked?;
                        }
                    }
                }
            }
            Guest::Ahead => {
                let many = request(BUSY).repeat(AHEAD);
                for guest in &mut all {
                    guest.write_all(many.as_bytes())?;
                    guest.set_nonblocking(true)?;
                }
                let mut answers = [0; 4096];
                while_not(&is_over, || {
                    for guest in &mut all {
                        // As many as have come, or none.
                        drop(guest.read(&mut answers));
                    }
                    Ok(())
                })?;
            }
            Guest::Anew => {
                let mut number = 0_u64;
                all.clear();
                while !is_over() && number < 20_000 {
                    number += 1;
                    let mut guest = TcpStream::connect(server)?;
                    guest.set_read_timeout(Some(PATIENCE))?;
                    let path = format!("/anew/{number}");
                    let asked = format!(
                        "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    );
                    guest.write_all(asked.as_bytes())?;
                    // From the stop on, none is accepted.
                    guest.set_read_timeout(Some(Duration::from_millis(50)))?;
                    let clock = Instant::now();
                    let body = loop {
                        match one_answer(&mut guest) {
                            Ok((200, body)) => break Some(body),
                            Ok((status, _)) => bail!("{path}: {status}"),
                            Err(_) if is_over() => break None,
                            Err(error) if clock.elapsed() > PATIENCE => {
                                return Err(error).context(path);
                            }
                            Err(error) if waits(&error) => {}
                            Err(error) => return Err(error).context(path),
                        }
                    };
                    let is_right = body.is_none_or(|body| body == answer(&path));
                    ensure!(is_right, "{path}: the answer to another");
                }
            }
        }
        Ok(all)
    }
}

/// Asks on all connections at once, and each for one answer: as there are fewer places, they
/// take turns.
fn crowd(all: &mut [TcpStream], job: &Job) -> Result<()> {
    let clock = Instant::now();
    for (number, guest) in all.iter_mut().enumerate() {
        let head = request(&format!("/crowd/{number}"));
        let last = head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        guest.write_all(last.as_bytes())?;
    }
    for (number, guest) in all.iter_mut().enumerate() {
        let path = format!("/crowd/{number}");
        let got = one_answer(guest).with_context(|| format!("{path}: no answer"))?;
        ensure!(got == (200, answer(&path)), "{path}: {got:?}");
    }
    // One is taken by who asked for the server's name.
    let places = job.connections.get() - 1;
    let least = Duration::from_secs_f64(job.wait_ms / 1e3)
        .saturating_mul(all.len().div_ceil(places) as u32);
    let took = clock.elapsed();
    let (guests, limit) = (all.len(), job.connections);
    ensure!(
        took >= least,
        "{guests} were answered in {took:?}: more than {limit} connections were served at once"
    );
    Ok(())
}

/// The statuses of the answers that have come to these guests.
pub(crate) fn statuses(guests: &mut [TcpStream]) -> Vec<u16> {
    let answers = guests.iter_mut().filter_map(|guest| {
        guest.set_nonblocking(true).ok()?;
        one_answer(guest).ok()
    });
    answers.map(|(status, _)| status).collect()
}

/// Whether nothing came in time.
pub(crate) fn waits(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Does it every 5 ms.
fn while_not(
    is_over: &impl Fn() -> bool,
    mut it: impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    while !is_over() {
        it()?;
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

pub(crate) fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// Ends a connection by a reset.
fn reset(stream: TcpStream) -> io::Result<()> {
    sockopt::set_socket_linger(stream.as_fd(), Some(Duration::ZERO))?;
    drop(stream);
    Ok(())
}

/// Reads an answer; none if the server has ended the connection.
fn or_closed(answer: io::Result<(u16, String)>) -> io::Result<Option<(u16, String)>> {
    use ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error)
            if [BrokenPipe, ConnectionReset, UnexpectedEof].contains(&error.kind()) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether the server has answered by a status of failure, or ended the connection.
fn refused(guest: &mut TcpStream) -> Result<()> {
    match or_closed(one_answer(guest)).context("neither refused nor closed")? {
        Some((status, _)) if status < 400 => bail!("answered by {status}"),
        Some(_) | None => Ok(()),
    }
}

/// The most bytes of an answer; each of ours has less than a hundredth.
const LONGEST: usize = 64 * 1024;

/// The next answer of a connection on which one was asked for.
fn one_answer(stream: &mut TcpStream) -> io::Result<(u16, String)> {
    next_answer(stream, &mut Vec::new())
}

/// The next answer; `rest` has what was read behind the one before.
pub(crate) fn next_answer(
    stream: &mut TcpStream,
    rest: &mut Vec<u8>,
) -> io::Result<(u16, String)> {
    let invalid = |why: &str| io::Error::new(ErrorKind::InvalidData, why.to_owned());
    let mut buffer = [0; 4096];
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut answer = httparse::Response::new(&mut headers);
        let parsed = answer
            .parse(rest)
            .map_err(|_| invalid("not an HTTP answer"))?;
        if let httparse::Status::Complete(head) = parsed {
            let status = answer.code.unwrap_or(0);
            let mut headers = answer.headers.iter();
            let length = headers
                .find(|header| header.name.eq_ignore_ascii_case("Content-Length"))
                .and_then(|header| str::from_utf8(header.value).ok()?.parse().ok())
                .unwrap_or(0);
            let end = head.saturating_add(length);
            if end > LONGEST {
                return Err(invalid("an answer of more than 64 KiB"));
            }
            if rest.len() >= end {
                let body = String::from_utf8_lossy(&rest[head..end]).into_owned();
                rest.drain(..end);
                return Ok((status, body));
            }
        } else if rest.len() > LONGEST {
            return Err(invalid("a head of more than 64 KiB"));
        }
        match stream.read(&mut buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => rest.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn an_answer_has_an_end() {
        let long = "x".repeat(2 * LONGEST);
        for answer in [
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", u64::MAX),
            format!("HTTP/1.1 200 OK\r\nContent-Length: {LONGEST}\r\n\r\n"),
            format!("HTTP/1.1 200 OK\r\nx: {long}"),
        ] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            let address = listener.local_addr().expect("its address");
            let mut guest = TcpStream::connect(address).expect("it listens");
            let (mut server, _) = listener.accept().expect("it was connected");
            let sends = std::thread::spawn(move || {
                // A reader that has enough closes it.
                drop(server.write_all(answer.as_bytes()));
                server
            });
            let error = one_answer(&mut guest).expect_err("there is no end to it");
            assert!(error.to_string().contains("more than 64 KiB"), "{error}");
            drop(guest);
            drop(sends.join().expect("it only writes"));
        }
    }
}
