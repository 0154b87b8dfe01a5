//! Cases with an origin of their own, which the job knows as the user's URLs: what must
//! come of these does not follow from their paths.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use fetching::files::File;
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
        ),
        Case::custom(
            "redirected_off_https",
            "a redirect from https to http is refused",
            redirected_off_https,
        ),
        Case::custom(
            "redirected_in_a_circle",
            "redirects without an end are a failure",
            redirected_in_a_circle,
        ),
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

fn failed(outcomes: &[Outcome<File>], class: Class) -> Result<()> {
    match outcomes {
        [Outcome::Failed(failure)] if failure.class == class => {
            ensure!(failure.why.lines().count() == 1, "{:?}", failure.why);
            Ok(())
        }
        _ => anyhow::bail!("{outcomes:?}, where a failure of class {class} was due"),
    }
}
