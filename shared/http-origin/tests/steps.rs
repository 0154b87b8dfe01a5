//! The honest steps: what each puts on the wire, and that the oracle knows it.

mod client;

use std::time::{Duration, Instant};

use client::{Client, Outcome};
use http_origin::{Expected, Origin, Sentence, expected};
use sha2::{Digest as _, Sha256};

#[test]
fn each_answer_is_what_the_oracle_expects() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    let paths = [
        "/",
        "/bytes/0",
        "/bytes/1",
        "/bytes/1024",
        "/bytes/1024?query",
        "/bytes/300000",
        "/chunked/0",
        "/chunked/1",
        "/chunked/40000",
        "/status/503",
        "/status/404/bytes/10",
        "/status/204",
        "/after/1ms/nonce/7/note/x/bytes/20",
        "/bytes/100/drip/33/1ms",
        "/chunked/100/drip/25/1ms",
        "/drip-head/100us/bytes/3",
        "/header/x-name/a%20b/bytes/1",
    ];
    for path in paths {
        let answer = client.get(path)?;
        let seen = Expected::Whole {
            status: answer.status,
            bytes: answer.body.len() as u64,
            sha256: Sha256::digest(&answer.body).into(),
        };
        assert_eq!(seen, expected(path)?, "{path}");
    }
    let record = origin.record();
    assert_eq!(record.connections_accepted, 1, "the connection is kept");
    for exchange in record.exchanges {
        let Expected::Whole { bytes, sha256, .. } = expected(&exchange.path)? else {
            panic!("{exchange:?}");
        };
        assert_eq!(
            (exchange.body_bytes, exchange.sha256()),
            (bytes, Some(sha256))
        );
        assert_eq!(exchange.end, http_origin::End::Answered);
    }
    Ok(())
}

#[test]
fn time_is_never_cut_short() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    for path in [
        "/after/500us",
        "/after/20ms/bytes/5",
        "/bytes/100/drip/10/2ms",
        "/chunked/100/drip/10/2ms",
        "/drip-head/100us",
    ] {
        let started = Instant::now();
        client.get(path)?;
        let (took, least) = (started.elapsed(), Sentence::parse(path)?.least_time());
        assert!(
            least > Duration::ZERO && took >= least,
            "{path}: {took:?} < {least:?}"
        );
    }
    let drips = Sentence::parse("/bytes/100/drip/10/2ms")?.least_time();
    assert_eq!(drips, Duration::from_millis(18));
    Ok(())
}

#[test]
fn flaky_counts_each_path_for_itself() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    for path in ["/flaky/2/bytes/9", "/nonce/other/flaky/2/bytes/9"] {
        for (status, bytes) in [(503, 0), (503, 0), (200, 9), (200, 9)] {
            let answer = client.get(path)?;
            assert_eq!((answer.status, answer.body.len()), (status, bytes));
        }
    }
    Ok(())
}

#[test]
fn a_chunked_body_has_at_least_two_chunks() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    for (path, chunks) in [
        ("/chunked/1", 1),
        ("/chunked/2", 2),
        ("/chunked/101", 2),
        ("/chunked/65537", 5),
    ] {
        client.ask(path)?;
        assert!(client.head()?.contains("transfer-encoding: chunked"));
        assert_eq!(client.chunks()?.len(), chunks, "{path}");
    }
    Ok(())
}

#[test]
fn a_body_without_a_length_ends_with_its_connection() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    client.ask("/unframed/100000")?;
    let head = client.head()?;
    assert!(head.contains("connection: close"), "{head}");
    assert!(!head.contains("content-length"), "{head}");
    let (body, end) = client.rest();
    end?;
    assert_eq!(body.len(), 100_000);
    assert_eq!(origin.record().exchanges[0].end, http_origin::End::Answered);
    Ok(())
}

#[test]
fn a_head_request_gets_the_head_alone() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    for path in ["/bytes/1000", "/chunked/1000", "/nonsense"] {
        client.send(&format!("HEAD {path} HTTP/1.1\r\n\r\n"))?;
        let head = client.head()?;
        assert!(
            head.contains("content-length: ") || head.contains("chunked"),
            "{head}"
        );
        // Were there a body, it would be read as the next answer's head.
        assert_eq!(client.get("/bytes/3")?.body.len(), 3);
    }
    Ok(())
}

#[test]
fn what_is_no_sentence_gets_a_line_that_says_why() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    for path in [
        "/nonsense",
        "/bytes/x",
        "/after/20",
        "/truncate/5",
        "/status/99",
        "//",
    ] {
        let answer = client.get(path)?;
        let text = String::from_utf8(answer.body)?;
        assert_eq!(
            (answer.status, text.lines().count()),
            (404, 1),
            "{path}: {text}"
        );
        let error = expected(path).expect_err("no sentence");
        assert_eq!(text.trim_end(), error.to_string());
    }
    client.send("POST /bytes/5 HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody")?;
    let answer = client.answer()?;
    assert_eq!((answer.status, answer.body.len()), (405, 0));
    assert!(answer.head.contains("allow: get, head"));
    assert_eq!(
        client.get("/bytes/3")?.body.len(),
        3,
        "the request's body was skipped"
    );
    Ok(())
}

#[test]
fn the_record_is_served_and_not_recorded() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    client.get("/bytes/5")?;
    let answer = client.get("/record")?;
    let record: http_origin::Record = serde_json::from_slice(&answer.body)?;
    assert_eq!(record, origin.record());
    assert_eq!(record.requests, 1);
    assert_eq!(record.hits("/bytes/5"), 1);
    Ok(())
}
