//! TLS records that can't be read.

use std::{
    io::{self, ErrorKind::WouldBlock, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Result, ensure};
use http_origin::Origin;
use test_fixtures::{Bench, Case, Model, Settings, Value};

use super::{name, secure};

/// How long the origin must be silent before the record that can't be read is sent.
const SILENCE: Duration = Duration::from_millis(100);

/// Application data that no key opens.
const RECORD: &[u8] = b"\x17\x03\x03\x00\x20no key opens it no key opens it!";

pub(super) fn case<M: Model>() -> Case<M> {
    Case::custom(
        "https_unreadable_record",
        "a TLS record that can't be read is malformed, before the head and in the body",
        |bench| {
            hold(bench, "/hang")?;
            hold(bench, "/bytes/4096/stall/1000")
        },
    )
    .with_peers()
}

/// Has a path fetched whose answer stops, and a record sent then that is none.
fn hold<M: Model>(bench: &Bench<M>, path: &str) -> Result<()> {
    let (origin, file) = secure()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let url = format!("https://{address}{path}");
    let args = [&url, "--cacert", name(&file)?, "--timeout", "5s"];
    let is_over = AtomicBool::new(false);
    let trial = thread::scope(|scope| {
        scope.spawn(|| {
            for client in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                // Whatever ends a connection, the client shows what it makes of it.
                drop(client.and_then(|client| spoil(&client, &origin)));
            }
        });
        let trial = bench.trial(&args, &Settings::default());
        is_over.store(true, Ordering::Relaxed);
        // Wakes it.
        drop(TcpStream::connect(address));
        trial
    })?;
    let seen = trial.facts.seen;
    let failed = seen.iter().find(|fact| fact.name == "failed (malformed)");
    let failed = failed.map(|fact| &fact.value);
    ensure!(failed == Some(&Value::Count(1)), "{path}: {seen:?}");
    Ok(())
}

/// Passes on what client and origin say, up to the origin's silence behind a request.
fn spoil(mut client: &TcpStream, origin: &Origin) -> io::Result<()> {
    let mut server = TcpStream::connect(origin.address())?;
    server.set_read_timeout(Some(SILENCE))?;
    let mut upward = server.try_clone()?;
    thread::scope(|scope| {
        scope.spawn(move || {
            // Ends with the client, or with the origin.
            drop(io::copy(&mut &*client, &mut upward));
            drop(upward.shutdown(std::net::Shutdown::Both));
        });
        let mut bytes = [0; 16 * 1024];
        loop {
            match server.read(&mut bytes) {
                Ok(0) => return Ok(()),
                Ok(count) => client.write_all(&bytes[..count])?,
                Err(error) if error.kind() != WouldBlock => return Err(error),
                Err(_) if origin.record().requests > 0 => {
                    return client.write_all(RECORD);
                }
                Err(_) => {}
            }
        }
    })
}
