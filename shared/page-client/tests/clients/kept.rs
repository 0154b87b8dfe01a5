//! A kept connection may be closed by the server at any time: what is asked for twice then,
//! and what is not.

use std::{
    io::{self, ErrorKind},
    time::{Duration, Instant},
};

use fetching::raw::{Asked, Client, RawServer, Then};

use super::clients;

const TIMEOUT: Duration = Duration::from_millis(500);

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

fn hello(client: &mut Client<'_>) -> io::Result<Then> {
    client.send(HELLO)?;
    Ok(Then::Keep)
}

fn lost() -> io::Result<Then> {
    Err(ErrorKind::ConnectionAborted.into())
}

/// What each client makes of `/second`, after `/first` was answered on a connection that it
/// keeps: whether it got the page, and how often it asked.
fn second(
    answer: fn(&Asked, &mut Client<'_>) -> io::Result<Then>,
) -> Vec<(&'static str, bool, usize)> {
    let one = |(name, fetch): (&'static str, super::Fetch)| {
        let server = RawServer::start(answer).expect("a server starts");
        fetch(&server.url("/first")).expect("the first is answered");
        // The connection is kept once its task has seen the answer's end.
        std::thread::sleep(Duration::from_millis(50));
        let begun = Instant::now();
        let page = fetch(&server.url("/second"));
        assert!(begun.elapsed() < TIMEOUT * 3, "{name}: {page:?}");
        let asked = server.asked();
        let often = asked.iter().filter(|asked| asked.path == "/second").count();
        (name, page.is_ok(), often)
    };
    clients(TIMEOUT).into_iter().map(one).collect()
}

/// Whether a client keeps connections.
fn keeps(name: &str) -> bool {
    !["surf without a pool", "compio", "compio on epoll"].contains(&name)
}

#[test]
fn what_is_lost_on_a_kept_connection_is_asked_for_once_more() {
    let seen = second(|asked, client| match asked.before {
        0 => hello(client),
        _ => lost(),
    });
    for (name, is_ok, often) in seen {
        assert_eq!(
            (is_ok, often),
            (true, 1 + usize::from(keeps(name))),
            "{name}"
        );
    }
}

#[test]
fn and_no_more_than_once() {
    let seen = second(|asked, client| match &*asked.path {
        "/first" => hello(client),
        _ => lost(),
    });
    for (name, is_ok, often) in seen {
        assert_eq!(
            (is_ok, often),
            (false, 1 + usize::from(keeps(name))),
            "{name}"
        );
    }
}

#[test]
fn an_answer_that_has_begun_is_not_asked_for_again() {
    let seen = second(|asked, client| match asked.before {
        0 => hello(client),
        _ => {
            client.send(b"HTTP/1.1 2")?;
            lost()
        }
    });
    for (name, is_ok, often) in seen {
        // Without a pool each is the first on its connection.
        assert_eq!((is_ok, often), (!keeps(name), 1), "{name}");
    }
}

#[test]
fn nor_is_one_whose_interim_answer_has_come() {
    let seen = second(|asked, client| match asked.before {
        0 => hello(client),
        _ => {
            client.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")?;
            lost()
        }
    });
    for (name, is_ok, often) in seen {
        assert_eq!((is_ok, often), (!keeps(name), 1), "{name}");
    }
}

#[test]
fn nor_is_one_that_timed_out() {
    let seen = second(|asked, client| match asked.before {
        0 => hello(client),
        _ => {
            std::thread::sleep(TIMEOUT * 2);
            lost()
        }
    });
    for (name, is_ok, often) in seen {
        assert_eq!((is_ok, often), (!keeps(name), 1), "{name}");
    }
}

#[test]
fn nor_is_one_that_a_new_connection_lost() {
    for (name, fetch) in clients(TIMEOUT) {
        let server = RawServer::start(|_, _| lost()).expect("a server starts");
        fetch(&server.url("/")).expect_err("it has no answer");
        assert_eq!(server.asked().len(), 1, "{name}");
    }
}

#[test]
fn a_server_that_closes_after_each_answer_loses_none() {
    let server = RawServer::start(|_, client| {
        client.send(HELLO)?;
        Ok(Then::Close)
    });
    let server = server.expect("a server starts");
    for (name, fetch) in clients(TIMEOUT * 10) {
        for number in 0..200 {
            let page = fetch(&server.url(&format!("/{number}")));
            let bytes = page.as_ref().map_or(0, |page| page.bytes);
            assert_eq!(bytes, 5, "{name}, {number}: {page:?}");
        }
    }
}

/// Longer than what some clients write at once.
#[test]
fn a_long_url_is_asked_for_beside_a_kept_connection() {
    for (name, fetch) in clients(TIMEOUT) {
        let server =
            RawServer::start(|_, client| hello(client)).expect("a server starts");
        let long = format!("/{}", "long/".repeat(5_000));
        for path in ["/first", &long, "/first", &long] {
            let page = fetch(&server.url(path));
            assert!(page.is_ok(), "{name}: {page:?}");
        }
    }
}
