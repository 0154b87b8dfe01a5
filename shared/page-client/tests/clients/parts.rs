//! A blocking answer is given up where no part of its body comes, whatever else does.

use std::{
    io::{self, Read},
    thread,
    time::{Duration, Instant},
};

use fetching::{
    outcome,
    raw::{Client, RawServer, Then},
};
use page_client::blocking::{self, Limits};
use test_fixtures::Outcome;

use super::settings;

const PART: Duration = Duration::from_millis(400);
const CHUNK: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";

/// What comes of a body to which the server adds these bytes, and how long that takes.
/// The server sends a byte every tenth of a second, and each part of the body may take
/// four.
fn dripped(first: &'static [u8], then: &'static [u8]) -> (Outcome<usize>, Duration) {
    let drip = move |client: &mut Client<'_>| -> io::Result<Then> {
        client.send(first)?;
        for byte in then.chunks(1) {
            thread::sleep(Duration::from_millis(100));
            client.send(byte)?;
        }
        Ok(Then::Close)
    };
    let server =
        RawServer::start(move |_, client| drip(client)).expect("a server starts");
    let client = blocking::Client::new(&settings(PART));
    let limits = Limits {
        until: None,
        head: PART,
        part: PART,
    };
    let mut answer = client.get(&server.url("/"), limits).expect("a head");
    let begun = Instant::now();
    let mut body = Vec::new();
    let read = answer.read_to_end(&mut body).map_err(Into::into);
    (outcome(read), begun.elapsed())
}

#[test]
fn a_body_that_goes_on_may_take_any_time() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n";
    let (read, took) = dripped(head, b"hello, world");
    assert!(matches!(read, Outcome::Ok(12)), "{read:?}");
    assert!(took > PART * 2, "{took:?}");
}

#[test]
fn what_is_no_part_of_it_may_not() {
    for then in [
        &b"0\r\nX-Trailer: one\r\nX-More: two\r\n\r\n"[..],
        b"000000000000000000",
        b"5;extension=extension",
    ] {
        let (read, took) = dripped(CHUNK, then);
        let told = String::from_utf8_lossy(then);
        assert!(matches!(read, Outcome::TimedOut), "{told:?}: {read:?}");
        assert!((PART..PART * 3).contains(&took), "{told:?}: {took:?}");
    }
}

#[test]
fn redirects_share_the_time_of_the_head() {
    let server = RawServer::start(|_, client| {
        thread::sleep(Duration::from_millis(100));
        let head = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
        client.send(head)?;
        Ok(Then::Keep)
    });
    let server = server.expect("a server starts");
    let client = blocking::Client::new(&settings(PART));
    let begun = Instant::now();
    let limits = Limits::whole(PART);
    let end = outcome(client.follow(&server.url("/"), limits).map(|_| ()));
    let took = begun.elapsed();
    assert!(matches!(end, Outcome::TimedOut), "{end:?}");
    assert!((PART..PART * 2).contains(&took), "{took:?}");
}
