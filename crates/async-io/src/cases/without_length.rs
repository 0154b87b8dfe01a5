//! Cases with an answer that says nothing of its length, which ends with the connection;
//! the origin has no word for it.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Class, Outcome, Settings};

use crate::{AsyncIo, Output};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello";

pub(super) fn cases() -> Vec<Case<AsyncIo>> {
    vec![
        Case::custom(
            "body_without_length",
            "a body that ends with the connection is whole",
            |bench| {
                let outcome = fetched(bench, true)?;
                let bytes = outcome.ok().map(|page| page.bytes);
                ensure!(bytes == Some(5), "5 bytes, then FIN: {outcome:?}");
                Ok(())
            },
        ),
        Case::custom(
            "reset_body_without_length",
            "a body without a length that ends with a reset is no success",
            |bench| {
                let outcome = fetched(bench, false)?;
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

/// What became of a request whose answer ends with a FIN or, if it is not `clean`, with
/// an RST.
fn fetched(bench: &Bench<AsyncIo>, clean: bool) -> Result<Outcome<fetching::Page>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/", listener.local_addr()?);
    let server = thread::spawn(move || -> Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut request = [0; 4096];
        // A socket that is closed with bytes unread resets its connection.
        match clean {
            true => stream.read(&mut request)?,
            false => stream.peek(&mut request)?,
        };
        stream.write_all(ANSWER)?;
        Ok(())
    });
    let trial = bench.trial(&[url], &Settings::default());
    server.join().expect("it has nothing to panic about")?;
    let Output { mut outcomes } = trial?.output;
    ensure!(outcomes.len() == 1, "{} outcomes", outcomes.len());
    Ok(outcomes.remove(0))
}
