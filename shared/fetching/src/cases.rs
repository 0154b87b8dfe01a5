//! The cases of every model that fetches: answers that are not whole, and https.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs},
};

use anyhow::{Context, Result, ensure};
use http_origin::{Authority, Certificate, Origin};
use test_fixtures::{
    Bench, Case, Facts, Model, Settings, Value, temporary::TemporaryFile,
};

use crate::raw::Deaf;

pub mod endless;
#[cfg(feature = "files")]
mod for_good;
pub mod kept;
mod odd;
pub mod rate;
mod records;
pub mod statuses;

pub use odd::{odd, odd_location};

/// How a model is held to a case that is its own affair in part: what `Case::custom` takes.
pub type Hold<M> = fn(&Bench<M>) -> Result<()>;

/// The arguments that ask the origin for these paths.
pub fn paths<const N: usize>(paths: [&'static str; N]) -> Vec<&'static str> {
    paths.iter().flat_map(|path| ["--path", path]).collect()
}

/// A faulty answer beside an honest one, which must not suffer.
pub fn beside<M: Model>(
    name: &'static str,
    about: &'static str,
    path: &'static str,
) -> Case<M> {
    Case::holds(name, about, &paths([path, "/bytes/10"]))
}

/// An answer that never ends, beside an honest one.
pub fn given_up<M: Model>(
    name: &'static str,
    about: &'static str,
    path: &'static str,
) -> Case<M> {
    let mut args = paths([path, "/bytes/10"]);
    args.extend(["--timeout", "300ms"]);
    Case::holds(name, about, &args)
}

/// The same where one worker asks for both, one after the other.
pub fn given_up_before<M: Model>(
    name: &'static str,
    about: &'static str,
    path: &'static str,
) -> Case<M> {
    let mut args = paths([path, "/bytes/10", "/bytes/11"]);
    args.extend(["--timeout", "1s", "--workers", "1"]);
    Case::holds(name, about, &args).waits()
}

/// What must come of https: whole and cut answers, and servers that can't prove their
/// identity.
pub fn tls<M: Model>() -> Vec<Case<M>> {
    fn over_tls<M: Model>(
        name: &'static str,
        about: &'static str,
        path: &'static str,
    ) -> Case<M> {
        let mut args = paths([path, "/bytes/10"]);
        args.push("--tls");
        Case::holds(name, about, &args)
    }
    vec![
        over_tls(
            "https",
            "a body is whole over TLS as it is without",
            "/chunked/100000",
        ),
        over_tls(
            "https_truncated_body",
            "a body cut short over TLS is no success",
            "/bytes/4096/truncate/1000",
        ),
        over_tls(
            "https_truncated_unframed_body",
            "a body without a length ends with TLS, and not with its connection",
            "/unframed/4096/truncate/1000",
        ),
        over_tls(
            "https_wrong_host",
            "a certificate for another host is refused",
            "/wrong-host",
        ),
        over_tls(
            "https_expired",
            "a certificate whose time is over is refused",
            "/expired",
        ),
        over_tls(
            "https_untrusted",
            "a certificate of an authority that nobody knows is refused",
            "/untrusted",
        ),
    ]
}

/// What https trusts where the user names the URL: the roots of the system, and `--cacert`.
/// For models that need no more than a URL.
pub fn trust<M: Model>() -> Vec<Case<M>> {
    vec![
        Case::custom(
            "cacert",
            "a certificate holds by --cacert, and not without",
            cacert,
        ),
        Case::custom(
            "system_roots",
            "a certificate holds by the system's roots",
            system_roots,
        ),
        Case::custom(
            "https_is_not_asked_in_the_clear",
            "a connection of http is not taken for https to the same host and port",
            not_in_the_clear,
        ),
        records::case(),
        Case::fails(
            "cacert_is_none",
            "a file without certificates is refused, in a line that says what to do",
            &["--cacert", "/dev/null"],
            "name a PEM file",
        ),
    ]
}

/// An origin, and a file with its authority's certificate.
fn secure() -> Result<(Origin, TemporaryFile)> {
    let authority = Authority::new()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let origin = Origin::start_tls(address, &authority, Certificate::Valid)?;
    let file = TemporaryFile::new()?;
    std::fs::write(file.path(), authority.pem())?;
    Ok((origin, file))
}

fn name(file: &TemporaryFile) -> Result<&str> {
    file.path().to_str().context("its name is not UTF-8")
}

fn cacert<M: Model>(bench: &Bench<M>) -> Result<()> {
    let (origin, file) = secure()?;
    let url = origin.url("/bytes/10");
    let of = |name: &str, facts: &Facts| {
        let fact = facts.seen.iter().find(|fact| fact.name == name);
        fact.map(|fact| fact.value.clone())
    };
    let trusting = bench.trial(
        &[url.as_str(), "--cacert", name(&file)?],
        &Settings::default(),
    )?;
    let wary = bench.trial(&[url.as_str()], &Settings::default())?;
    let one = Some(Value::Count(1));
    ensure!(of("ok", &trusting.facts) == one, "{:?}", trusting.facts);
    let refused = of("failed (certificate)", &wary.facts);
    ensure!(refused == one, "{:?}", wary.facts);
    Ok(())
}

fn system_roots<M: Model>(bench: &Bench<M>) -> Result<()> {
    let (origin, file) = secure()?;
    let url = origin.url("/bytes/10");
    // rustls-native-certs looks there first, as OpenSSL does.
    let output = bench
        .demo(&[&url])
        .env("SSL_CERT_FILE", name(&file)?)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(text.contains("ok 1 of 1"), "{text}");
    Ok(())
}

/// The origin speaks plain HTTP. So a client that asks it for an https:// URL and gets an
/// answer has checked no certificate.
fn not_in_the_clear<M: Model>(bench: &Bench<M>) -> Result<()> {
    let origin = Origin::start()?;
    let clear = (0..20).map(|item| origin.url(&format!("/bytes/10/note/{item}")));
    let secret = (0..20).map(|item| {
        let url = origin.url(&format!("/bytes/10/note/secret-{item}"));
        url.replacen("http://", "https://", 1)
    });
    let urls: Vec<_> = clear.chain(secret).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let trial = bench.trial(&urls, &Settings::default())?;
    let ok = trial.facts.seen.iter().find(|fact| fact.name == "ok");
    let ok = ok.map(|fact| &fact.value);
    ensure!(ok == Some(&Value::Count(20)), "{:?}", trial.facts);
    let asked = origin.record().requests;
    ensure!(
        asked == 20,
        "{} requests for https:// in the clear",
        asked - 20
    );
    Ok(())
}

/// What must come of a name. For models that need no more than a URL.
pub fn names<M: Model>() -> Vec<Case<M>> {
    vec![
        Case::custom(
            "every_address",
            "a name may have addresses on which nobody listens, of which one is tried first",
            every_address,
        )
        .with_peers(),
        Case::custom(
            "deaf_address",
            "an address that answers nothing does not take the time of the next",
            deaf_address,
        )
        .with_peers()
        .waits(),
    ]
}

/// On most systems localhost has an address of each family, and the origin one of them.
fn every_address<M: Model>(bench: &Bench<M>) -> Result<()> {
    on_one_address(bench, |_| Ok(()))
}

/// The same, and on the other nobody answers: not even that there is no such port.
fn deaf_address<M: Model>(bench: &Bench<M>) -> Result<()> {
    on_one_address(bench, |origin| {
        let other = match origin.ip() {
            IpAddr::V4(_) => IpAddr::from(Ipv6Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
        };
        Deaf::start_on((other, origin.port()).into())
    })
}

/// Has one page fetched from an origin by its name, while what `beside` starts is there.
fn on_one_address<M: Model, T>(
    bench: &Bench<M>,
    beside: impl Fn(SocketAddr) -> io::Result<T>,
) -> Result<()> {
    for address in [
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
    ] {
        let Ok(origin) = Origin::start_on(address) else {
            // The system has no IPv6.
            continue;
        };
        let port = origin.address().port();
        let known = ("localhost", port).to_socket_addrs()?;
        if !known.into_iter().any(|known| known == origin.address()) {
            continue;
        }
        let _beside = beside(origin.address())?;
        let url = format!("http://localhost:{port}/bytes/10");
        let args = [url.as_str(), "--timeout", "4s"];
        let facts = bench.trial(&args, &Settings::default())?.facts;
        let ok = facts.seen.iter().find(|fact| fact.name == "ok");
        let ok = ok.map(|fact| &fact.value);
        ensure!(ok == Some(&Value::Count(1)), "{address}: {:?}", facts.seen);
    }
    Ok(())
}

/// Each class of failure once.
pub fn faults<M: Model>() -> Vec<Case<M>> {
    vec![
        beside("refused", "nobody listens", "/refused"),
        beside(
            "closed",
            "a connection closed without an answer is truncated",
            "/close",
        ),
        beside("garbage", "what is not HTTP is malformed", "/garbage"),
        beside(
            "truncated_body",
            "a body shorter than its Content-Length is no success",
            "/bytes/4096/truncate/1000",
        ),
        beside(
            "truncated_chunked_body",
            "a chunked body cut short is no success",
            "/chunked/4096/truncate/1000",
        ),
        beside(
            "reset_body",
            "a connection reset in the body is no success",
            "/bytes/4096/reset/1000",
        ),
        beside(
            "unframed_body",
            "a body without a length is whole when its connection ends",
            "/unframed/100000",
        ),
        beside(
            "reset_unframed_body",
            "and no success if that is by a reset",
            "/unframed/4096/reset/1000",
        ),
        given_up(
            "silence_times_out",
            "accepted, then silence: given up at the time-out",
            "/hang",
        ),
        given_up(
            "stalled_body_times_out",
            "half a body, then silence: given up",
            "/bytes/4096/stall/1000",
        ),
    ]
}

/// What must come of files that are saved permanently.
#[cfg(feature = "files")]
pub fn for_good<M: Model>() -> Vec<Case<M>> {
    for_good::cases()
}
