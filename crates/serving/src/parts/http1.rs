//! HTTP/1.1 on a blocking socket: requests without a body, one after another.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
    time::SystemTime,
};

use httparse::{EMPTY_HEADER, Request, Status};
use httpdate::fmt_http_date;

/// Bytes of a request's head.
const MOST_HEAD: usize = 16 * 1024;
/// Headers of a head.
const MOST_HEADERS: usize = 64;

/// Answers the requests of one connection with what `handle` makes of their paths, until
/// one side ends it. Once `stopping` is set, an answer is the last.
///
/// # Errors
/// The socket fails: the client's affair.
pub fn converse(
    mut stream: &TcpStream,
    stopping: &AtomicBool,
    handle: &impl Fn(&str) -> String,
) -> io::Result<()> {
    let (mut received, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut request = Request::new(&mut headers);
        let (status, body, used) = match request.parse(&received) {
            Ok(Status::Partial) if received.len() >= MOST_HEAD => refusal(431),
            Ok(Status::Partial) => match stream.read(&mut buffer)? {
                0 => return Ok(()),
                count => {
                    received.extend_from_slice(&buffer[..count]);
                    continue;
                }
            },
            Ok(Status::Complete(_)) if has_body(&request) => refusal(501),
            Ok(Status::Complete(length)) => {
                let path = request.path.unwrap_or("/");
                match catch_unwind(AssertUnwindSafe(|| handle(path))) {
                    Ok(body) => (200, body, Some(length).filter(|_| is_kept(&request))),
                    Err(_) => refusal(500),
                }
            }
            Err(httparse::Error::TooManyHeaders) => refusal(431),
            Err(_) => refusal(400),
        };
        let used = used.filter(|_| !stopping.load(Ordering::SeqCst));
        let close = if used.is_none() {
            "Connection: close\r\n"
        } else {
            ""
        };
        let (reason, length) = (reason(status), body.len());
        let date = fmt_http_date(SystemTime::now());
        // One write: a second would wait for the client's acknowledgement of the first.
        let answer = format!(
            "HTTP/1.1 {status} {reason}\r\nDate: {date}\r\nContent-Length: {length}\r\n\
             {close}\r\n{body}"
        );
        stream.write_all(answer.as_bytes())?;
        match used {
            Some(used) => drop(received.drain(..used)),
            None => return Ok(()),
        }
    }
}

/// An answer that is the connection's last.
fn refusal(status: u16) -> (u16, String, Option<usize>) {
    (status, String::new(), None)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        _ => "Internal Server Error",
    }
}

fn has_body(request: &Request<'_, '_>) -> bool {
    let is_one = |name: &str| {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        is("Transfer-Encoding") || is("Content-Length")
    };
    let mut headers = request.headers.iter();
    headers.any(|header| is_one(header.name) && header.value != b"0")
}

/// Whether the client wants the connection to be kept.
fn is_kept(request: &Request<'_, '_>) -> bool {
    let says = |word: &str| {
        let mut headers = request.headers.iter();
        headers.any(|header| {
            let mut words = header.value.split(|byte| *byte == b',');
            header.name.eq_ignore_ascii_case("Connection")
                && words.any(|it| it.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    match request.version {
        Some(1) => !says("close"),
        // An answer that says nothing of it would end the connection.
        _ => false,
    }
}
