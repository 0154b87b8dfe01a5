//! Cases with an origin of their own, which the job knows as the user's URLs: what must
//! come of these does not follow from their paths.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use fetching::{
    files::File,
    raw::{RawServer, Then},
};
use http_origin::{Authority, Certificate, Origin};
use test_fixtures::{Bench, Case, Class, Outcome, Settings, temporary::TemporaryFile};

use super::in_input_order;
use crate::ThreadPool;

/// A head that takes seconds, though no read of it takes long.
const TRICKLE: &str = "/drip-head/50ms/bytes/10/note/a";

pub(super) fn cases() -> Vec<Case<ThreadPool>> {
    vec![
        Case::custom(
            "trickling_head_times_out",
            "a head that trickles in is given up at the time-out, though no read is long",
            |bench| trickles(bench, &["--timeout", "300ms"]),
        ),
        Case::custom(
            "trickling_head_at_deadline",
            "a head that trickles in is given up at the deadline",
            |bench| trickles(bench, &["--deadline", "300ms"]),
        ),
        Case::custom(
            "redirected_to_https",
            "a redirect from http to https is followed where the certificate is trusted",
            redirected_to_https,
        )
        .with_peers(),
        Case::custom(
            "redirected_off_https",
            "a redirect from https to http is refused",
            redirected_off_https,
        )
        .with_peers(),
        Case::custom(
            "redirected_in_a_circle",
            "redirects without an end are a failure",
            redirected_in_a_circle,
        )
        .with_peers(),
        Case::custom(
            "redirected_oddly",
            "a Location may be relative, and have blanks and letters of any script",
            |bench| redirected(bench, ODD),
        )
        .with_peers(),
        Case::custom(
            "redirected_as_browsers_are",
            "a Location is read by the URL standard: backslashes, tabs, user names",
            |bench| redirected(bench, ODDER),
        )
        .with_peers(),
        Case::custom(
            "redirected_nowhere",
            "a redirect to another scheme, or to no URL, is a failure, and says so",
            redirected_nowhere,
        )
        .with_peers(),
        Case::custom(
            "redirected_to_no_url",
            "a Location that is no URL is malformed",
            |bench| {
                let none = ["http://[::1", "http://", "http://127.0.0.1:99999/"];
                let none = none.map(|location| (location, Class::Malformed));
                refused(bench, &none)
            },
        )
        .with_peers(),
        Case::custom(
            "no_way_to_a_server",
            "an address that can't be reached is no time-out",
            |bench| {
                // Broadcast, which no connection can be made to.
                let (outcomes, _) = outcomes(bench, &["http://255.255.255.255/a"], &[])?;
                failed(&outcomes, Class::Other)
            },
        )
        .with_peers(),
        Case::custom(
            "no_room_for_a_file",
            "a file that can't be written whole is a failure of the disk",
            no_room_for_a_file,
        )
        .with_peers(),
        Case::custom(
            "redirect_without_end",
            "the body of a redirect is not waited for",
            redirect_without_end,
        )
        .with_peers(),
        Case::custom(
            "names_in_utf_8",
            "a name in a header is read as UTF-8, and else as Latin-1",
            names_in_utf_8,
        )
        .with_peers(),
        Case::custom(
            "no_room_for_a_number",
            "a name with no room for a number is no name a second time",
            no_room_for_a_number,
        )
        .with_peers(),
    ]
}

/// What came of these URLs, and how long it took.
fn outcomes(
    bench: &Bench<ThreadPool>,
    urls: &[&str],
    flags: &[&str],
) -> Result<(Vec<Outcome<File>>, Duration)> {
    let args = [urls, flags].concat();
    let trial = bench.trial(&args, &Settings::default())?;
    let outcomes = in_input_order(&trial.output);
    let outcomes = outcomes.into_iter().cloned().collect();
    Ok((outcomes, Duration::from_nanos(trial.nanos)))
}

fn trickles(bench: &Bench<ThreadPool>, flags: &[&str]) -> Result<()> {
    let origin = Origin::start()?;
    let urls = [origin.url(TRICKLE), origin.url("/bytes/10/note/b")];
    let (outcomes, took) = outcomes(bench, &[&urls[0], &urls[1]], flags)?;
    ensure!(
        matches!(outcomes[..], [Outcome::TimedOut, Outcome::Ok(_)]),
        "{outcomes:?}"
    );
    ensure!(took >= Duration::from_millis(300), "after {took:?}");
    ensure!(took < Duration::from_millis(1500), "only after {took:?}");
    Ok(())
}

/// An origin that speaks https, and a file with what to trust it by.
fn secure() -> Result<(Origin, TemporaryFile)> {
    let authority = Authority::new()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let origin = Origin::start_tls(address, &authority, Certificate::Valid)?;
    let file = TemporaryFile::new()?;
    std::fs::write(file.path(), authority.pem())?;
    Ok((origin, file))
}

/// The URL of an answer at `from` that redirects to `/bytes/10` at `to`.
fn redirect(from: &Origin, to: &Origin) -> String {
    let target = to.url("/bytes/10");
    let target = target.replace(':', "%3A").replace('/', "%2F");
    from.url(&format!("/status/302/header/location/{target}/note/a"))
}

fn redirected_to_https(bench: &Bench<ThreadPool>) -> Result<()> {
    let (plain, (secure, file)) = (Origin::start()?, secure()?);
    let url = redirect(&plain, &secure);
    let cacert = file.path().to_str().context("its name is not UTF-8")?;
    let (trusting, _) = outcomes(bench, &[&url], &["--cacert", cacert])?;
    ensure!(matches!(trusting[..], [Outcome::Ok(_)]), "{trusting:?}");
    let (wary, _) = outcomes(bench, &[&url], &[])?;
    failed(&wary, Class::Certificate)
}

fn redirected_off_https(bench: &Bench<ThreadPool>) -> Result<()> {
    let (plain, (secure, file)) = (Origin::start()?, secure()?);
    let url = redirect(&secure, &plain);
    let cacert = file.path().to_str().context("its name is not UTF-8")?;
    let (outcomes, _) = outcomes(bench, &[&url], &["--cacert", cacert])?;
    ensure!(plain.record().requests == 0, "the redirect was followed");
    failed(&outcomes, Class::Other)
}

fn redirected_in_a_circle(bench: &Bench<ThreadPool>) -> Result<()> {
    let origin = Origin::start()?;
    // Where it leads to is relative to itself.
    let url = origin.url("/status/302/header/location/a/note/a");
    let (outcomes, _) = outcomes(bench, &[&url], &[])?;
    let requests = origin.record().requests;
    ensure!(requests == 11, "{requests} requests for ten redirects");
    failed(&outcomes, Class::Other)
}

/// A `Location`, and the path that is to be asked for then. They are relative to `/N/from`.
type Location = (&'static str, &'static str);

const ODD: &[Location] = &[
    ("/to/some file.txt", "/to/some%20file.txt"),
    (
        "/to/\u{71df}\u{5730}-sweet#_=_",
        "/to/%E7%87%9F%E5%9C%B0-sweet",
    ),
    ("to", "/2/to"),
    ("../to", "/to"),
    ("?to", "/4/from?to"),
    ("  /to/trimmed  ", "/to/trimmed"),
    ("/to/a%2Fb%20c", "/to/a%2Fb%20c"),
];

const ODDER: &[Location] = &[
    ("\\to\\backslash", "/to/backslash"),
    ("/to/t\tab", "/to/tab"),
    ("http:to", "/2/to"),
    ("/to/<\"`>", "/to/%3C%22%60%3E"),
];

fn redirected(bench: &Bench<ThreadPool>, all: &'static [Location]) -> Result<()> {
    let server = RawServer::start(move |asked, client| {
        let place = asked
            .path
            .strip_suffix("/from")
            .and_then(|path| path.get(1..));
        let answer = match place.and_then(|place| place.parse::<usize>().ok()) {
            Some(place) => format!(
                "HTTP/1.1 301 Moved\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
                all[place].0
            ),
            None => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_owned(),
        };
        client.send(answer.as_bytes())?;
        Ok(Then::Keep)
    })?;
    let urls: Vec<_> = (0..all.len())
        .map(|place| server.url(&format!("/{place}/from")))
        .collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let (outcomes, _) = outcomes(bench, &urls, &[])?;
    let asked = server.asked();
    let mut wrong = Vec::new();
    for ((location, due), outcome) in all.iter().zip(&outcomes) {
        let is_asked = asked.iter().any(|asked| asked.path == *due);
        if !is_asked || outcome.ok().is_none() {
            wrong.push(format!("{location:?}, {due} was due: {outcome:?}"));
        }
    }
    ensure!(wrong.is_empty(), "{}; asked: {asked:?}", wrong.join("; "));
    Ok(())
}

fn redirected_nowhere(bench: &Bench<ThreadPool>) -> Result<()> {
    let nowhere = [
        ("ftp://127.0.0.1/a", Class::Other),
        ("file:///etc/hostname", Class::Other),
        ("data:,a", Class::Other),
        ("", Class::Status),
        ("   ", Class::Status),
    ];
    refused(bench, &nowhere)
}

/// Each of these as a `Location` is a failure of this class, and leads to no request.
fn refused(bench: &Bench<ThreadPool>, locations: &[(&'static str, Class)]) -> Result<()> {
    for &(location, class) in locations {
        let server = RawServer::start(move |_, client| {
            let answer = format!(
                "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
            );
            client.send(answer.as_bytes())?;
            Ok(Then::Keep)
        })?;
        let (outcomes, _) = outcomes(bench, &[&server.url("/a")], &[])?;
        failed(&outcomes, class).with_context(|| format!("Location: {location}"))?;
        let asked = server.asked().len();
        ensure!(asked == 1, "{location:?} led to {asked} requests");
    }
    Ok(())
}

fn no_room_for_a_file(bench: &Bench<ThreadPool>) -> Result<()> {
    let settings = Settings {
        under: vec!["prlimit".into(), "--fsize=1000".into()],
        ..Settings::default()
    };
    let origin = Origin::start()?;
    // Less than is written at once, and more.
    for bytes in [2000, 2_000_000] {
        let url = origin.url(&format!("/bytes/{bytes}/note/a"));
        let trial = bench.trial(&[&url], &settings)?;
        let outcomes = in_input_order(&trial.output);
        let outcomes: Vec<_> = outcomes.into_iter().cloned().collect();
        failed(&outcomes, Class::Disk).with_context(|| format!("{bytes} bytes"))?;
    }
    Ok(())
}

fn redirect_without_end(bench: &Bench<ThreadPool>) -> Result<()> {
    let server = RawServer::start(|asked, client| {
        if asked.path == "/b" {
            client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")?;
            return Ok(Then::Keep);
        }
        client.send(b"HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n")?;
        client.send_without_end(b"a")?;
        Ok(Then::Close)
    })?;
    let url = server.url("/a");
    let (outcomes, took) = outcomes(bench, &[&url], &["--timeout", "1s"])?;
    ensure!(matches!(outcomes[..], [Outcome::Ok(_)]), "{outcomes:?}");
    ensure!(took < Duration::from_secs(1), "only after {took:?}");
    Ok(())
}

fn names_in_utf_8(bench: &Bench<ThreadPool>) -> Result<()> {
    // Some have bytes in them that are blanks in Latin-1, and no letters.
    const NAMES: &[(&[u8], &str)] = &[
        (b"filename=plain", "plain"),
        ("filename=na\u{ef}ve".as_bytes(), "na\u{ef}ve"),
        (
            "filename=\"\u{5317} \u{4eac}\"".as_bytes(),
            "\u{5317} \u{4eac}",
        ),
        ("filename=voil\u{e0}".as_bytes(), "voil\u{e0}"),
        ("filename=\"\u{c5}\"".as_bytes(), "\u{c5}"),
        (b"filename=Z\xfcrich", "Z\u{fc}rich"),
        (b"filename*=UTF-8''%C3%83%C2%A9", "\u{c3}\u{a9}"),
        // RFC 6266, 4.3: the first is for clients that don't know the second.
        (
            b"filename=naive; filename*=UTF-8''na%C3%AFve2",
            "na\u{ef}ve2",
        ),
    ];
    let server = RawServer::start(|asked, client| {
        let place: usize = asked.path[1..].parse().map_err(std::io::Error::other)?;
        let name = NAMES[place].0;
        client.send(b"HTTP/1.1 200 OK\r\nContent-Disposition: attachment; ")?;
        client.send(name)?;
        client.send(b"\r\nContent-Length: 5\r\n\r\nhello")?;
        Ok(Then::Keep)
    })?;
    let urls: Vec<_> = (0..NAMES.len())
        .map(|place| server.url(&format!("/{place}")))
        .collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let (outcomes, _) = outcomes(bench, &urls, &[])?;
    for ((header, due), outcome) in NAMES.iter().zip(&outcomes) {
        let name = outcome.ok().map(|file| file.name().as_str());
        let header = String::from_utf8_lossy(header);
        ensure!(name == Some(due), "{header}: {outcome:?}");
    }
    Ok(())
}

fn no_room_for_a_number(bench: &Bench<ThreadPool>) -> Result<()> {
    // As long as a name may be.
    let name = "n".repeat(255);
    let server = RawServer::start(move |_, client| {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename={name}\r\n\
             Content-Length: 5\r\n\r\nhello"
        );
        client.send(answer.as_bytes())?;
        Ok(Then::Keep)
    })?;
    let urls = [server.url("/a"), server.url("/b")];
    let (mut outcomes, _) = outcomes(bench, &[&urls[0], &urls[1]], &[])?;
    // Either may be the second.
    let saved = outcomes.iter().position(|outcome| outcome.ok().is_some());
    outcomes.remove(saved.with_context(|| format!("{outcomes:?}"))?);
    failed(&outcomes, Class::Name)
}

fn failed(outcomes: &[Outcome<File>], class: Class) -> Result<()> {
    match outcomes {
        [Outcome::Failed(failure)] if failure.class == class => {
            ensure!(failure.why.lines().count() == 1, "{:?}", failure.why);
            Ok(())
        }
        _ => anyhow::bail!("{outcomes:?}, where a failure of class {class} was due"),
    }
}
