//! https: the same answers, in records; how they end; and who is refused.

mod client;

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;

use client::{Client, Outcome, PATIENCE};
use http_origin::{Authority, Certificate, End, Origin, digest};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sha2::{Digest as _, Sha256};

type Stream = StreamOwned<ClientConnection, TcpStream>;

fn secure(
    authority: &Authority,
    certificate: Certificate,
) -> Result<Origin, http_origin::Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Origin::start_tls(address, authority, certificate)
}

fn connect(
    origin: &Origin,
    authority: &Authority,
) -> Result<Stream, Box<dyn std::error::Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(origin.address())?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let session = ClientConnection::new(Arc::new(config), "127.0.0.1".try_into()?)?;
    Ok(StreamOwned::new(session, stream))
}

/// Asks for `path`, as the last of the connection. Returns what came behind the head, and
/// how it ended.
fn fetch(
    stream: &mut Stream,
    path: &str,
) -> Result<(Vec<u8>, Option<ErrorKind>), io::Error> {
    let request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).err();
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    bytes.drain(..head.map_or(0, |at| at + 4));
    Ok((bytes, end.map(|error| error.kind())))
}

#[test]
fn a_whole_answer_is_the_same_and_ends_with_a_farewell() -> Outcome {
    let authority = Authority::new()?;
    let origin = secure(&authority, Certificate::Valid)?;
    assert!(origin.url("/").starts_with("https://127.0.0.1:"));
    // More than any buffer on the way holds.
    for (path, size) in [("/bytes/10", 10), ("/bytes/30000000", 30_000_000)] {
        let mut stream = connect(&origin, &authority)?;
        let (bytes, end) = fetch(&mut stream, path)?;
        assert_eq!((bytes.len() as u64, end), (size, None), "{path}");
        let seen: [u8; 32] = Sha256::digest(&bytes).into();
        assert_eq!(seen, digest(path, size)?, "{path}");
    }
    let record = origin.record();
    let whole = |(path, size): (&str, u64)| {
        let exchange = record.exchanges.iter().find(|one| &*one.path == path);
        exchange.is_some_and(|one| one.end == End::Answered && one.body_bytes == size)
    };
    assert!(whole(("/bytes/10", 10)) && whole(("/bytes/30000000", 30_000_000)));
    assert_eq!((record.connections_open, record.requests_in_flight), (0, 0));
    Ok(())
}

#[test]
fn a_connection_is_kept_and_its_requests_may_come_together() -> Outcome {
    let authority = Authority::new()?;
    let origin = secure(&authority, Certificate::Valid)?;
    let mut stream = connect(&origin, &authority)?;
    let requests = 200;
    let all: String = (0..requests)
        .map(|n| format!("GET /after/1ms/bytes/10?{n} HTTP/1.1\r\n\r\n"))
        .collect();
    stream.write_all(all.as_bytes())?;
    let (bytes, end) = fetch(&mut stream, "/status/204")?;
    let heads = String::from_utf8(bytes)?.matches("200 OK").count();
    // `fetch` takes the first head off.
    assert_eq!((heads, end), (requests - 1, None));
    let record = origin.record();
    assert_eq!(record.connections_accepted, 1);
    assert_eq!(record.requests, requests as u64 + 1);
    Ok(())
}

#[test]
fn a_cut_answer_has_no_farewell() -> Outcome {
    let authority = Authority::new()?;
    let origin = secure(&authority, Certificate::Valid)?;
    let (lost, reset) = (ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset);
    for (path, sent, end) in [
        ("/bytes/4096/truncate/1000", 1000, lost),
        ("/bytes/500000/truncate/400000", 400_000, lost),
        ("/bytes/4096/reset/1000", 1000, reset),
        ("/unframed/4096/truncate/1000", 1000, lost),
        ("/close", 0, lost),
        ("/garbage", 0, lost),
        ("/reset/0", 0, reset),
    ] {
        let mut stream = connect(&origin, &authority)?;
        let (bytes, seen) = fetch(&mut stream, path)?;
        assert_eq!((bytes.len(), seen), (sent, Some(end)), "{path}");
    }
    let record = origin.record();
    assert!(record.exchanges.iter().all(|one| one.end == End::Cut));
    assert_eq!(record.exchanges[1].body_bytes, 400_000);
    Ok(())
}

#[test]
fn a_client_that_leaves_is_noticed() -> Outcome {
    let authority = Authority::new()?;
    let origin = secure(&authority, Certificate::Valid)?;
    for path in ["/hang", "/bytes/100/stall/10", "/bytes/4294967296"] {
        let mut stream = connect(&origin, &authority)?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes())?;
        let here = |record: &http_origin::Record| record.requests_in_flight == 1;
        assert!(origin.wait_for(PATIENCE, here), "{path}");
        drop(stream);
        let gone = |record: &http_origin::Record| record.connections_open == 0;
        assert!(origin.wait_for(PATIENCE, gone), "{path}");
    }
    let hung_up = |end| matches!(end, End::HungUp(_));
    assert!(origin.record().exchanges.iter().all(|one| hung_up(one.end)));
    Ok(())
}

#[test]
fn a_certificate_that_does_not_hold_is_refused() -> Outcome {
    use Certificate::{Expired, Untrusted, WrongHost};
    let authority = Authority::new()?;
    for (certificate, words) in [
        (WrongHost, "not valid for name"),
        (Expired, "expired"),
        (Untrusted, "UnknownIssuer"),
    ] {
        let origin = secure(&authority, certificate)?;
        let mut stream = connect(&origin, &authority)?;
        let error = fetch(&mut stream, "/bytes/10").expect_err("it is refused");
        assert!(error.to_string().contains(words), "{error}");
        drop(stream);
        let gone = |record: &http_origin::Record| record.connections_open == 0;
        assert!(origin.wait_for(PATIENCE, gone));
        assert_eq!(origin.record().requests, 0);
    }
    Ok(())
}

#[test]
fn what_is_not_tls_is_hung_up_on() -> Outcome {
    let authority = Authority::new()?;
    let origin = secure(&authority, Certificate::Valid)?;
    let mut client = Client::new(&origin)?;
    client.ask("/bytes/10")?;
    let (bytes, _) = client.rest();
    assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
    let record = origin.record();
    assert_eq!((record.connections_open, record.requests), (0, 0));
    Ok(())
}
