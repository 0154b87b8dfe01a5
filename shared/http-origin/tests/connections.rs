//! Connections: keep-alive, pipelines, what is too large, peaks, and restarts.

mod client;

use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use client::{Client, Outcome, PATIENCE};
use http_origin::{End, Error, Origin, Phase, Sentence};

#[test]
fn pipelined_requests_are_answered_in_order() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    // More than the queue holds, in one write and the first one slow.
    let sizes: Vec<usize> = (1..500).collect();
    let mut text = "GET /after/5ms HTTP/1.1\r\n\r\n".to_owned();
    text.extend(
        sizes
            .iter()
            .map(|n| format!("GET /bytes/{n} HTTP/1.1\r\n\r\n")),
    );
    client.send(&text)?;
    assert_eq!(client.answer()?.body.len(), 0);
    for size in sizes {
        assert_eq!(client.answer()?.body.len(), size);
    }
    let record = origin.record();
    assert_eq!((record.requests, record.requests_in_flight), (500, 0));
    assert_eq!(record.connections_accepted, 1);
    Ok(())
}

#[test]
fn a_request_may_come_byte_by_byte() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    for byte in "GET /bytes/7 HTTP/1.1\r\nHost: x\r\n\r\n".chars() {
        client.send(&byte.to_string())?;
    }
    assert_eq!(client.answer()?.body.len(), 7);
    Ok(())
}

#[test]
fn queued_requests_of_a_client_that_leaves_are_recorded_as_queued() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    client.send("GET /hang HTTP/1.1\r\n\r\nGET /bytes/1 HTTP/1.1\r\n\r\n")?;
    assert!(origin.wait_for(PATIENCE, |record| record.requests_in_flight == 2));
    client.stream.shutdown(Shutdown::Write)?;
    assert!(origin.wait_for(PATIENCE, |record| record.requests_in_flight == 0));
    let ends: Vec<End> = origin.record().exchanges.iter().map(|e| e.end).collect();
    assert_eq!(
        ends,
        [End::HungUp(Phase::Pausing), End::HungUp(Phase::Queued)]
    );
    Ok(())
}

#[test]
fn the_connection_ends_when_either_side_says_so() -> Outcome {
    let origin = Origin::start()?;
    for (request, header) in [
        (
            "GET /bytes/3 HTTP/1.1\r\nConnection: close\r\n\r\n",
            "connection: close",
        ),
        ("GET /bytes/3 HTTP/1.0\r\n\r\n", "connection: close"),
        ("GET /chunked/3 HTTP/1.0\r\n\r\n", "content-length: 3"),
    ] {
        let mut client = Client::new(&origin)?;
        client.send(request)?;
        let answer = client.answer()?;
        assert!(answer.head.contains(header), "{}", answer.head);
        let (bytes, end) = client.rest();
        assert!(answer.body.len() == 3 && bytes.is_empty() && end.is_ok());
    }
    let mut client = Client::new(&origin)?;
    for _ in 0..2 {
        client.send("GET /bytes/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")?;
        assert!(client.answer()?.head.contains("connection: keep-alive"));
    }
    Ok(())
}

#[test]
fn what_is_too_large_or_no_request_is_refused_and_cut_off() -> Outcome {
    let origin = Origin::start()?;
    let long = "x".repeat(20_000);
    let cases = [
        (format!("GET /{long}"), 431),
        (format!("GET / HTTP/1.1\r\nX: {long}\r\n\r\n"), 431),
        (
            format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200)),
            431,
        ),
        (
            "GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n".to_owned(),
            413,
        ),
        (
            "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_owned(),
            400,
        ),
        (
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(),
            400,
        ),
        ("\u{1}\u{2}\r\n\r\n".to_owned(), 400),
    ];
    for (request, status) in &cases {
        let mut client = Client::new(&origin)?;
        client.send(request)?;
        let answer = client.answer()?;
        assert_eq!(answer.status, *status);
        assert_eq!(String::from_utf8(answer.body)?.lines().count(), 1);
        let (bytes, end) = client.rest();
        assert!(bytes.is_empty() && end.is_ok(), "a FIN, not an RST");
    }
    let record = origin.record();
    assert_eq!(
        (record.requests, record.requests_malformed),
        (0, cases.len() as u64)
    );
    Ok(())
}

#[test]
fn peaks_are_what_stood_open_together() -> Outcome {
    let origin = Origin::start()?;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = Client::new(&origin)?;
        client.ask("/hang")?;
        clients.push(client);
    }
    assert!(origin.wait_for(PATIENCE, |record| record.requests_in_flight == 20));
    drop(clients);
    assert!(origin.wait_for(PATIENCE, |record| record.connections_open == 0));
    // Asking upon the last byte is not asking at the same time.
    let mut clients: Vec<_> = (0..5)
        .map(|_| Client::new(&origin))
        .collect::<Result<_, _>>()?;
    for round in 0..200 {
        clients[round % 5].get("/bytes/1024")?;
    }
    let record = origin.record();
    assert_eq!(record.requests_most_in_flight, 20);
    assert_eq!(
        (record.connections_most_open, record.connections_open),
        (20, 5)
    );
    let fresh = Origin::start()?;
    std::thread::scope(|scope| {
        let asks = (0..3).map(|_| {
            scope.spawn(|| -> std::io::Result<()> {
                let mut client = Client::new(&fresh)?;
                (0..300).try_for_each(|_| client.get("/after/100us/bytes/9").map(drop))
            })
        });
        let asks: Vec<_> = asks.collect();
        asks.into_iter()
            .try_for_each(|ask| ask.join().expect("no panic"))
    })?;
    assert!(fresh.record().requests_most_in_flight <= 3);
    Ok(())
}

#[test]
fn waiting_ends_with_the_limit() -> Outcome {
    let origin = Origin::start()?;
    assert!(!origin.wait_for(Duration::from_millis(5), |record| record.requests > 0));
    assert!(origin.wait_for(Duration::ZERO, |record| record.requests == 0));
    Ok(())
}

#[test]
fn an_origin_can_be_started_again_where_it_stood() -> Outcome {
    let mut origin = Origin::start()?;
    let address = origin.address();
    for _ in 0..5 {
        let mut idle = Client::new(&origin)?;
        let mut busy = Client::new(&origin)?;
        idle.get("/bytes/1")?;
        busy.ask("/hang")?;
        assert!(origin.wait_for(PATIENCE, |record| record.requests == 2));
        drop(origin);
        assert!(
            idle.rest().0.is_empty() && busy.rest().0.is_empty(),
            "all are closed"
        );
        assert!(TcpStream::connect(address).is_err(), "nobody listens");
        origin = Origin::start_on(address)?;
        assert_eq!(origin.record().requests, 0);
    }
    let taken = Origin::start_on(address).expect_err("it is taken");
    assert!(matches!(taken, Error::Listen { .. }));
    assert_eq!(taken.to_string().lines().count(), 1, "{taken}");
    Ok(())
}

#[test]
fn a_client_that_half_closes_gets_what_it_asked_for() -> Outcome {
    let origin = Origin::start()?;
    for (path, bytes) in [
        ("/bytes/5000000", 5_000_000),
        ("/chunked/5000000", 5_000_000),
        ("/after/100ms/bytes/100", 100),
        ("/after/20ms/after/80ms/chunked/100", 100),
        ("/drip-head/1ms/bytes/9", 9),
        ("/bytes/100/drip/10/10ms", 100),
        ("/after/50ms/odd/interim-103-then-late", 40),
    ] {
        let begun = Instant::now();
        let mut client = Client::new(&origin)?;
        client.ask(path)?;
        client.stream.shutdown(Shutdown::Write)?;
        if path.contains("interim") {
            client.head()?;
        }
        let answer = client.answer()?;
        assert_eq!(answer.body.len(), bytes, "{path}");
        let least = Sentence::parse(path)?.least_time();
        // One drop may come a turn early.
        let early = Duration::from_millis(10);
        assert!(
            begun.elapsed() + early >= least,
            "{path}: {:?}",
            begun.elapsed()
        );
        let (rest, end) = client.rest();
        assert!(rest.is_empty() && end.is_ok(), "{path}: {end:?}");
        let exchange = origin.record().exchanges.pop().ok_or("it was asked")?;
        assert_eq!(exchange.end, End::Answered, "{path}");
    }
    assert_eq!(origin.record().connections_open, 0);
    Ok(())
}

#[test]
fn a_half_closed_pipeline_is_answered_to_its_last_whole_request() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    let asked = |n| format!("GET /after/1ms/bytes/{n} HTTP/1.1\r\n\r\n");
    let text: String = (1..200).map(asked).collect();
    client.send(&format!("{text}GET /bytes/1 HTT"))?;
    client.stream.shutdown(Shutdown::Write)?;
    for size in 1..200 {
        assert_eq!(client.answer()?.body.len(), size);
    }
    let (rest, end) = client.rest();
    assert!(rest.is_empty() && end.is_ok(), "{end:?}");
    let gone = |record: &http_origin::Record| record.connections_open == 0;
    assert!(origin.wait_for(PATIENCE, gone));
    assert_eq!(origin.record().requests, 199);
    Ok(())
}

#[test]
fn a_half_closed_client_that_leaves_in_the_body_is_missed() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    client.ask("/bytes/4294967296")?;
    client.stream.shutdown(Shutdown::Write)?;
    client.exactly(1_000_000)?;
    drop(client);
    let gone = |record: &http_origin::Record| record.connections_open == 0;
    assert!(origin.wait_for(PATIENCE, gone));
    let exchange = &origin.record().exchanges[0];
    assert_eq!(exchange.end, End::HungUp(Phase::SendingBody));
    Ok(())
}
