//! The faults: what reaches the client before each, how it looks to a client, and what
//! the record shows of it.

mod client;

use std::io::{ErrorKind, Write as _};
use std::time::{Duration, Instant};

use client::{Client, Outcome, PATIENCE};
use http_origin::{End, Expected, Fault, Origin, Phase, digest, expected};
use sha2::{Digest as _, Sha256};

/// Asks for `path` and returns the bytes behind the head and the error at the end, if
/// any.
fn cut(
    origin: &Origin,
    path: &str,
) -> Result<(Vec<u8>, Option<ErrorKind>), Box<dyn std::error::Error>> {
    let mut client = Client::new(origin)?;
    client.ask(path)?;
    client.head()?;
    let (bytes, end) = client.rest();
    Ok((bytes, end.err().map(|error| error.kind())))
}

#[test]
fn a_truncated_body_ends_with_fin() -> Outcome {
    let origin = Origin::start()?;
    for (path, sent) in [
        ("/bytes/4096/truncate/1000", 1000),
        ("/bytes/4096/truncate/0", 0),
        ("/bytes/500000/truncate/400000", 400_000),
    ] {
        let (bytes, end) = cut(&origin, path)?;
        assert_eq!((bytes.len() as u64, end), (sent, None), "{path}");
        assert_eq!(expected(path)?, Expected::Fault(Fault::Truncated { sent }));
        assert_eq!(
            <[u8; 32]>::from(Sha256::digest(&bytes)),
            digest(path, sent)?
        );
    }
    let (bytes, end) = cut(&origin, "/chunked/10/truncate/7")?;
    assert!(bytes.starts_with(b"5\r\n") && bytes.len() == 10 + 3 + 2 && end.is_none());
    let (bytes, _) = cut(&origin, "/chunked/10/truncate/10")?;
    assert!(!bytes.ends_with(b"0\r\n\r\n"));
    let record = origin.record();
    assert!(
        record
            .exchanges
            .iter()
            .all(|exchange| exchange.end == End::Cut)
    );
    assert_eq!(record.exchanges[2].body_bytes, 400_000);
    assert_eq!(record.exchanges[3].body_bytes, 7);
    assert_eq!((record.connections_open, record.requests_in_flight), (0, 0));
    Ok(())
}

#[test]
fn a_reset_body_arrives_before_the_rst() -> Outcome {
    let origin = Origin::start()?;
    for (path, sent) in [
        ("/bytes/4096/reset/1000", 1000),
        ("/bytes/90000/reset/60000", 60_000),
    ] {
        let (bytes, end) = cut(&origin, path)?;
        assert_eq!((bytes.len(), end), (sent, Some(ErrorKind::ConnectionReset)));
    }
    Ok(())
}

#[test]
fn without_an_answer_there_is_fin_rst_or_nonsense() -> Outcome {
    let origin = Origin::start()?;
    let reset = Some(ErrorKind::ConnectionReset);
    let nonsense = "THIS IS NO STATUS LINE\r\n\r\n";
    for (path, text, end) in [
        ("/close", "", None),
        ("/after/1ms/close", "", None),
        ("/reset/0", "", reset),
        ("/garbage", nonsense, None),
    ] {
        let mut client = Client::new(&origin)?;
        client.ask(path)?;
        let (bytes, error) = client.rest();
        assert_eq!(String::from_utf8(bytes)?, text, "{path}");
        assert_eq!(error.err().map(|error| error.kind()), end, "{path}");
    }
    assert_eq!(expected("/reset/0")?, Expected::Fault(Fault::Refused));
    assert_eq!(origin.record().exchanges[0].status, None);
    Ok(())
}

#[test]
fn silence_lasts_until_the_client_hangs_up() -> Outcome {
    let origin = Origin::start()?;
    let cases = [
        ("/hang", 0, Phase::Pausing),
        ("/after/1000s", 0, Phase::Pausing),
        ("/drip-head/1000s", 1, Phase::SendingHead),
        ("/bytes/100/stall/10", 76, Phase::SendingBody),
        ("/bytes/100/drip/10/1000s", 76, Phase::SendingBody),
    ];
    for (index, (path, seen, phase)) in cases.into_iter().enumerate() {
        let mut client = Client::new(&origin)?;
        client.ask(path)?;
        client.exactly(seen)?;
        // The head has left; whether more follows shows in the wait below.
        assert!(origin.wait_for(PATIENCE, |record| record.requests == index as u64 + 1));
        client
            .stream
            .set_read_timeout(Some(Duration::from_millis(20)))?;
        assert!(client.exactly(1).is_err(), "{path}: it goes on");
        let now = http_origin::now_ns();
        drop(client);
        let ended =
            |record: &http_origin::Record| record.exchanges[index].ended_ns.is_some();
        assert!(origin.wait_for(PATIENCE, ended), "{path}");
        let exchange = &origin.record().exchanges[index];
        assert_eq!(exchange.end, End::HungUp(phase), "{path}");
        assert!(
            exchange.ended_ns >= Some(now),
            "{path}: noticed before it happened"
        );
    }
    let record = origin.record();
    assert_eq!((record.connections_open, record.requests_in_flight), (0, 0));
    assert_eq!(record.requests_most_in_flight, 1);
    Ok(())
}

#[test]
fn hanging_up_on_a_body_in_full_flow_is_noticed() -> Outcome {
    let origin = Origin::start()?;
    let mut client = Client::new(&origin)?;
    client.ask("/bytes/4294967296")?;
    assert!(client.head()?.contains("content-length: 4294967296"));
    client.exactly(1_000_000)?;
    drop(client);
    let gone = |record: &http_origin::Record| record.connections_open == 0;
    assert!(origin.wait_for(PATIENCE, gone));
    let exchange = &origin.record().exchanges[0];
    assert_eq!(exchange.end, End::HungUp(Phase::SendingBody));
    assert!(exchange.body_bytes >= 1_000_000 && exchange.body_bytes < 1 << 32);
    Ok(())
}

/// Four threads send at once, so that there is nearly always something to read.
#[test]
fn a_client_that_never_stops_sending_is_cut_off_and_holds_up_no_other() -> Outcome {
    let origin = Origin::start()?;
    let senders: Vec<_> = {
        let mut client = Client::new(&origin)?;
        client.send("no request\r\n\r\n")?;
        let senders = (0..4).map(|_| {
            let mut stream = client.stream.try_clone()?;
            Ok(std::thread::spawn(move || {
                let bytes = vec![b'x'; 1 << 20];
                while stream.write_all(&bytes).is_ok() {}
            }))
        });
        senders.collect::<std::io::Result<_>>()?
    };
    let mut other = Client::new(&origin)?;
    assert_eq!(other.get("/bytes/10")?.body.len(), 10);
    let clock = Instant::now();
    while !senders.iter().all(std::thread::JoinHandle::is_finished) {
        assert!(clock.elapsed() < PATIENCE, "it is never cut off");
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
