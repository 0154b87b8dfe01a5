//! The reader of HTTP/1.1 answers, on slices, whole and byte by byte; and the client around
//! it, on the origin's odd answers.

use std::{
    io::{self, ErrorKind, Read},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use fetching::{Page, Trust, check_due, outcome};
use gather::variants::std_only::{fetch, http1::Response};
use http_origin::{ODD, Origin};

/// Hands out one byte a read, as a slow network would.
struct ByteByByte<'a>(&'a [u8]);

impl Read for ByteByByte<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(1);
        self.0.read(&mut buffer[..most])
    }
}

/// The status and the body, or the kind of error; the same however the bytes come.
fn fetched(answer: &str) -> Result<(u16, String), ErrorKind> {
    let read = |stream: &mut dyn Read| -> io::Result<(u16, String)> {
        let mut response = Response::read(stream)?;
        let mut body = String::new();
        response.read_to_string(&mut body)?;
        Ok((response.status(), body))
    };
    let whole = read(&mut answer.as_bytes()).map_err(|error| error.kind());
    let slow = read(&mut ByteByByte(answer.as_bytes())).map_err(|error| error.kind());
    assert_eq!(whole, slow, "{answer:?}");
    whole
}

fn ok(status: u16, body: &str) -> Result<(u16, String), ErrorKind> {
    Ok((status, body.to_owned()))
}

#[test]
fn a_body_ends_after_its_length() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more";
    assert_eq!(fetched(answer), ok(200, "hello"));
    let answer = "HTTP/1.1 404 Not Found\r\ncontent-length:  0 \r\n\r\n";
    assert_eq!(fetched(answer), ok(404, ""));
    let answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(fetched(answer), ok(200, "hello"));
}

#[test]
fn a_body_ends_with_the_chunk_of_size_zero() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
    let body = "5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nTrailer: 1\r\n\r\nmore";
    assert_eq!(fetched(&format!("{head}{body}")), ok(200, "hello world"));
    assert_eq!(fetched(&format!("{head}0\r\n\r\n")), ok(200, ""));
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let answer = "HTTP/1.0 200 OK\r\n\r\nhello";
    assert_eq!(fetched(answer), ok(200, "hello"));
}

#[test]
fn some_answers_have_no_body() {
    let answer = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(fetched(answer), ok(304, ""));
    assert_eq!(fetched("HTTP/1.1 204 No Content\r\n\r\n"), ok(204, ""));
    // What follows is another protocol.
    let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello";
    assert_eq!(fetched(answer), ok(101, ""));
}

#[test]
fn an_interim_answer_is_passed_over() {
    let answer = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\
                  HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    assert_eq!(fetched(answer), ok(200, "ok"));
}

#[test]
fn what_ends_too_early_is_truncated() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for answer in [
        "".to_owned(),
        "HTTP/1.1 200 OK\r\nConte".to_owned(),
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell".to_owned(),
        chunked.to_owned(),
        format!("{chunked}5"),
        format!("{chunked}5\r\nhell"),
        format!("{chunked}5\r\nhello"),
        format!("{chunked}5\r\nhello\r\n"),
        format!("{chunked}5\r\nhello\r\n0\r\n"),
    ] {
        let kind = fetched(&answer);
        assert_eq!(kind, Err(ErrorKind::UnexpectedEof), "{answer:?}");
    }
}

#[test]
fn what_is_not_http_is_invalid() {
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for answer in [
        "SSH-2.0-server\r\n\r\n".to_owned(),
        format!("{ok}Content-Length: five\r\n\r\n"),
        format!("{ok}Content-Length: -5\r\n\r\n"),
        format!("{ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        format!("{ok}Content-Length: 99999999999999999999\r\n\r\n"),
        format!("{ok}Transfer-Encoding: gzip, chunked\r\n\r\n"),
        format!("{ok}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"),
        "HTTP/1.1 000 None\r\nContent-Length: 5\r\n\r\nhello".to_owned(),
        format!("{chunked}five\r\n"),
        format!("{chunked}\r\n\r\n"),
        format!("{chunked}5\r\nhello, world\r\n"),
        format!("{chunked}5;{}\r\n", "x".repeat(16 * 1024)),
    ] {
        let kind = fetched(&answer);
        assert_eq!(kind, Err(ErrorKind::InvalidData), "{answer:.60}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (head, words) in [
        ("HTTP/1.1 000 None", "there is no status 000"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: -1",
            "\"-1\", which is no number",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length:",
            "\"\", which is no number",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5, 3",
            "Content-Length is 5, and 3",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3",
            "Content-Length is 5, and 3",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616",
            "18446744073709551616, which is too large",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\u{85}",
            "\"1\\xc2\\x85\", which is no number",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked",
            "Transfer-Encoding is gzip, chunked",
        ),
    ] {
        let answer = format!("{head}\r\n\r\nhello");
        let error = Response::read(answer.as_bytes()).expect_err("it is wrong");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn of_every_odd_answer_comes_what_is_due() {
    /// Twice as long as any pause in them.
    const LIMIT: Duration = Duration::from_secs(2);
    let origin = Origin::start().expect("it starts");
    let tls = Trust::new(&[], None).rustls().into();
    let rows = Mutex::new(ODD.iter());
    let next = || rows.lock().expect("no panic is in the lock").next();
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some(odd) = next() {
            let path = format!("/odd/{}/nonce/1", odd.name);
            let (url, started) = (origin.url(&path), Instant::now());
            let mut page = Page::open(&url, 0);
            let status = fetch(&tls, LIMIT, &url, &mut page);
            let page = status.map(|status| Page {
                status,
                ..page.close()
            });
            let end = outcome(page.map_err(|error| io::Error::other(error).into()));
            let took = started.elapsed();
            let due = check_due(&path, &end);
            if due.is_err() || took > LIMIT + Duration::from_secs(1) {
                let mut wrong = wrong.lock().expect("no panic is in the lock");
                let why = due.err().map(|why| why.to_string());
                wrong.push(format!("{}: {why:?}, after {took:?}", odd.name));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().expect("no panic is in the lock");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(ODD.len() >= 90, "{} rows", ODD.len());
}

#[test]
fn a_head_without_an_end_is_invalid() {
    let answer = format!("HTTP/1.1 200 OK\r\nLong: {}", "x".repeat(128 * 1024));
    let error = Response::read(answer.as_bytes()).expect_err("it has no end");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
}
