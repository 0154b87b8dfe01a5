//! Cases with answers that the origin has no word for: of HTTP/1.0, or without a length,
//! so that they end with the connection.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use anyhow::{Result, ensure};
use fetching::{
    Page,
    raw::{RawServer, Then},
};
use test_fixtures::{Bench, Case, Class, Outcome, Settings};

use crate::{Gather, Output};

const WITHOUT_LENGTH: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello";
const OLDER: &str = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// How the connection ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Fin,
    Rst,
}

pub(super) fn cases() -> Vec<Case<Gather>> {
    vec![
        Case::custom(
            "body_without_length",
            "a body that ends with the connection is whole",
            |bench| whole(&fetched(bench, WITHOUT_LENGTH, End::Fin)?),
        ),
        Case::custom(
            "lost_on_a_kept_connection",
            "a server that closes a connection as it is used again loses no request",
            lost_on_a_kept_connection,
        ),
        Case::custom("http_1_0", "an answer of HTTP/1.0 is an answer", |bench| {
            whole(&fetched(bench, OLDER, End::Fin)?)
        }),
        Case::custom(
            "reset_body_without_length",
            "a body without a length that ends with a reset is no success",
            |bench| {
                let outcome = fetched(bench, WITHOUT_LENGTH, End::Rst)?;
                let reset = matches!(
                    &outcome,
                    Outcome::Failed(failure) if failure.class == Class::Reset
                );
                ensure!(reset, "5 bytes, then RST: {outcome:?}");
                Ok(())
            },
        ),
    ]
}

fn lost_on_a_kept_connection(bench: &Bench<Gather>) -> Result<()> {
    const URLS: usize = 400;
    let server = RawServer::start(|asked, client| {
        if asked.before > 0 {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")?;
        Ok(Then::Keep)
    })?;
    let urls: Vec<_> = (0..URLS)
        .map(|place| server.url(&format!("/{place}")))
        .collect();
    let Output { outcomes } = bench.trial(&urls, &Settings::default())?.output;
    let lost: Vec<_> = outcomes.iter().filter(|end| end.ok().is_none()).collect();
    ensure!(lost.is_empty(), "{} of {URLS}: {:?}", lost.len(), lost[0]);
    Ok(())
}

fn whole(outcome: &Outcome<Page>) -> Result<()> {
    let bytes = outcome.ok().map(|page| page.bytes);
    ensure!(bytes == Some(5), "5 bytes, then FIN: {outcome:?}");
    Ok(())
}

/// What became of a request that got this answer, and then this end.
fn fetched(
    bench: &Bench<Gather>,
    answer: &'static str,
    end: End,
) -> Result<Outcome<Page>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/", listener.local_addr()?);
    let server = thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut request = [0; 4096];
        // A socket that is closed with bytes unread resets its connection.
        match end {
            End::Fin => stream.read(&mut request)?,
            End::Rst => stream.peek(&mut request)?,
        };
        stream.write_all(answer.as_bytes())?;
        Ok(())
    });
    let trial = bench.trial(&[url], &Settings::default());
    server.join().expect("it has nothing to panic about")?;
    let Output { mut outcomes } = trial?.output;
    ensure!(outcomes.len() == 1, "{} outcomes", outcomes.len());
    Ok(outcomes.remove(0))
}
