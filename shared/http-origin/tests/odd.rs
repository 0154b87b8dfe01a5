//! Odd answers: what is in the table is what is sent, and nothing of it is another
//! path's.

mod client;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use client::{Client, Outcome, PATIENCE};
use http_origin::{
    Due, End, Expected, Kind, ODD, Odd, Origin, Sentence, expected, is_own,
};
use sha2::{Digest as _, Sha256};

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The first bytes of the body that belongs to a path.
fn body(path: &str, bytes: u64) -> Result<[u8; 32], Box<dyn std::error::Error>> {
    let origin = Origin::start()?;
    // It follows from the whole path, so it is asked for by that.
    let mut client = Client::new(&origin)?;
    client.ask(path)?;
    let wire =
        client.exactly("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n".len() + 40)?;
    Ok(digest(&wire[wire.len() - 40..][..bytes as usize]))
}

#[test]
fn there_are_many_of_each_kind_and_each_has_a_name_and_a_path() -> Outcome {
    assert!(ODD.len() >= 90, "{}", ODD.len());
    let names: BTreeSet<_> = ODD.iter().map(|odd| odd.name).collect();
    assert_eq!(names.len(), ODD.len());
    for odd in ODD {
        let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        assert!(odd.name.bytes().all(is_plain), "{}", odd.name);
        assert_eq!(Odd::named(odd.name), Some(odd));
        for step in ["odd", "own"] {
            let path = format!("/{step}/{}", odd.name);
            assert_eq!(Sentence::parse(&path)?.to_string(), path);
        }
        let of_kind = ODD.iter().filter(|other| other.kind == odd.kind).count();
        assert!(of_kind >= 9, "{:?}: {of_kind}", odd.kind);
    }
    Ok(())
}

#[test]
fn what_must_come_of_it_is_the_paths_own() -> Outcome {
    for odd in ODD {
        let path = format!("/odd/{}/nonce/1", odd.name);
        let due = expected(&path)?;
        let (status, bytes, sha256) = match (odd.due, due) {
            (
                Due::Page(status, bytes),
                Expected::Whole {
                    status: s,
                    bytes: b,
                    sha256,
                },
            )
            | (
                Due::PageOrRefused(status, bytes),
                Expected::WholeOrRefused {
                    status: s,
                    bytes: b,
                    sha256,
                },
            ) => {
                assert_eq!((s, b), (status, bytes), "{path}");
                (status, bytes, sha256)
            }
            (Due::Moved(_, target), _) => {
                assert!(matches!(
                    expected(target)?,
                    Expected::Whole { bytes: 40, .. }
                ));
                continue;
            }
            _ => continue,
        };
        assert!((101..=999).contains(&status), "{path}");
        assert!(is_own(&path, bytes, sha256)?, "{path}");
        let other = format!("/odd/{}/nonce/2", odd.name);
        assert_eq!(is_own(&other, bytes, sha256)?, bytes == 0, "{other}");
    }
    let sha256 = body("/odd/status-plain/nonce/1", 40)?;
    let whole = Expected::Whole {
        status: 200,
        bytes: 40,
        sha256,
    };
    assert_eq!(expected("/odd/status-plain/nonce/1")?, whole);
    let part = body("/odd/status-plain/nonce/1", 11)?;
    assert!(is_own("/odd/status-plain/nonce/1", 11, part)?);
    assert!(!is_own("/odd/status-plain/nonce/2", 11, part)?);
    Ok(())
}

#[test]
fn framing_that_is_taken_for_a_body_is_the_answers_own() -> Outcome {
    let origin = Origin::start()?;
    for odd in ODD.iter().filter(|odd| odd.kind == Kind::Chunks) {
        let path = format!("/own/{}/nonce/7", odd.name);
        assert_eq!(expected(&path)?, Expected::Own);
        let mut client = Client::new(&origin)?;
        client.send(&format!("GET {path} HTTP/1.0\r\n\r\n"))?;
        let (wire, _) = client.rest();
        let head = wire.windows(4).position(|four| four == b"\r\n\r\n");
        let raw = &wire[head.ok_or("no head")? + 4..];
        assert!(is_own(&path, raw.len() as u64, digest(raw))?, "{path}");
        let mixed = [raw, b"x"].concat();
        assert!(
            !is_own(&path, mixed.len() as u64, digest(&mixed))?,
            "{path}"
        );
    }
    Ok(())
}

#[test]
fn the_next_request_is_answered_unless_the_row_says_otherwise() -> Outcome {
    let ends = |kind| !matches!(kind, Kind::Silent | Kind::Endless);
    for odd in ODD.iter().filter(|odd| ends(odd.kind)) {
        let origin = Origin::start()?;
        let mut client = Client::new(&origin)?;
        // In one write, as an answer may end the connection.
        let ask = |path: &str| format!("GET {path} HTTP/1.1\r\n\r\n");
        let path = format!("/odd/{}/nonce/1", odd.name);
        client.send(&(ask(&path) + &ask("/bytes/11/nonce/next")))?;
        let end = |record: &http_origin::Record, place: usize| {
            record.exchanges.get(place).map(|exchange| exchange.end)
        };
        let is_over = |record: &http_origin::Record| match end(record, 0) {
            Some(End::Answered) => end(record, 1) == Some(End::Answered),
            Some(End::Cut) => record.requests_in_flight == 0,
            _ => false,
        };
        assert!(origin.wait_for(PATIENCE, is_over), "{}", odd.name);
        assert_eq!(origin.record().exchanges[0].body_bytes, 0);
    }
    Ok(())
}

#[test]
fn silence_lasts_until_the_client_leaves() -> Outcome {
    let origin = Origin::start()?;
    for odd in ODD.iter().filter(|odd| odd.kind == Kind::Silent) {
        let mut client = Client::new(&origin)?;
        client.ask(&format!("/odd/{}", odd.name))?;
        let millis = Duration::from_millis(20);
        client.stream.set_read_timeout(Some(millis))?;
        let (_, end) = client.rest();
        assert!(end.is_err(), "{}: it ends", odd.name);
    }
    Ok(())
}

#[test]
fn an_endless_answer_outlasts_a_client_and_does_not_hold_up_others() -> Outcome {
    let origin = Origin::start()?;
    let mut greedy = Vec::new();
    for odd in ODD.iter().filter(|odd| odd.kind == Kind::Endless) {
        let mut client = Client::new(&origin)?;
        client.ask(&format!("/odd/{}", odd.name))?;
        let first = client.exactly(1 << 20)?;
        assert_eq!(first.len(), 1 << 20, "{}", odd.name);
        greedy.push(client);
    }
    let begun = Instant::now();
    let answer = Client::new(&origin)?.get("/bytes/100")?;
    assert_eq!(answer.body.len(), 100);
    assert!(begun.elapsed() < PATIENCE);
    drop(greedy);
    let gone = |record: &http_origin::Record| record.connections_open == 0;
    assert!(origin.wait_for(PATIENCE, gone));
    Ok(())
}
