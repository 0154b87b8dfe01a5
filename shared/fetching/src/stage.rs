//! The stage of a model that fetches, and what must come of each URL.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    num::NonZeroU32,
    os::fd::OwnedFd,
    time::Duration,
};

use anyhow::{Result, bail, ensure};
use http_origin::{
    Authority, Certificate, End, Exchange, GrammarError, Origin, Phase, Record, Sentence,
};
use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};
use test_fixtures::{Facts, Misuse, Outcome, Span, due_after, monotonic_nanos};

use crate::{
    Page,
    wanted::{Wanted, told, wanted, wrong},
};

/// How long the origin has to see every socket closed, once the trial has ended.
const CLOSED_WITHIN: Duration = Duration::from_millis(500);
/// How long a client may take to get one request under way, where others are to be in
/// flight with it.
///
/// The second is for TLS, whose handshake comes first: both sides compute their part of
/// it on the same cores.
const BEGIN_WITHIN: Duration = Duration::from_millis(1);
const BEGIN_TLS_WITHIN: Duration = Duration::from_millis(10);

/// The path that stands for a port on which no server listens.
const REFUSED: &str = "/refused";

/// What stands around a fetching job: an origin of its own, unless the user named URLs.
#[derive(Debug)]
pub struct Stage {
    origin: Option<Origin>,
    /// Holds the port of `/refused`: bound, so that no other process can have it, but not
    /// listened on.
    _refusing: Option<OwnedFd>,
    /// Those that show a certificate which no client may take.
    _untrustworthy: Vec<Origin>,
    paths: Vec<String>,
    urls: Vec<String>,
    /// When it was set, in nanoseconds of the system's monotonic clock.
    set: u64,
    /// What clients are to trust beside the system's roots, in PEM.
    cacert: Option<String>,
}

impl Stage {
    /// An origin of its own that is asked for `paths`, in the origin's grammar. The path
    /// `/refused` stands for a port on which no server listens.
    pub fn with_origin(paths: Vec<String>) -> Result<Self> {
        Self::start(paths, None)
    }

    /// The same over https. The paths `/wrong-host`, `/expired` and `/untrusted` stand for
    /// origins whose certificates are just that.
    pub fn with_tls(paths: Vec<String>) -> Result<Self> {
        Self::start(paths, Some(&Authority::new()?))
    }

    fn start(paths: Vec<String>, authority: Option<&Authority>) -> Result<Self> {
        let origin = match authority {
            None => Origin::start()?,
            Some(authority) => secure(authority, Certificate::Valid)?,
        };
        let mut refusing = None;
        let mut untrustworthy = Vec::new();
        let mut urls = Vec::with_capacity(paths.len());
        for path in &paths {
            if path == REFUSED {
                let (held, address) = refusing_port()?;
                refusing = Some(held);
                let scheme = authority.map_or("http", |_| "https");
                urls.push(format!("{scheme}://{address}/refused"));
            } else if let (Some(authority), Some(wrong)) = (authority, wrong(path)) {
                let origin = secure(authority, wrong)?;
                urls.push(origin.url("/bytes/10"));
                untrustworthy.push(origin);
            } else {
                urls.push(origin.url(path));
            }
        }
        Ok(Self {
            origin: Some(origin),
            _refusing: refusing,
            _untrustworthy: untrustworthy,
            paths,
            urls,
            set: monotonic_nanos(),
            cacert: authority.map(Authority::pem),
        })
    }

    /// The user's own URLs. Nothing is known of what they answer.
    pub fn of_user(urls: Vec<String>) -> Self {
        Self {
            origin: None,
            _refusing: None,
            _untrustworthy: Vec::new(),
            paths: Vec::new(),
            urls,
            set: monotonic_nanos(),
            cacert: None,
        }
    }

    /// Adds certificates, in PEM, to what clients are to trust.
    pub fn trusting(mut self, pem: Option<&str>) -> Self {
        if let Some(pem) = pem {
            self.cacert.get_or_insert_default().push_str(pem);
        }
        self
    }

    /// The URLs to fetch, in input order.
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// The paths that the origin is asked for; none if the URLs are the user's.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// What clients are to trust beside the system's roots, in PEM.
    pub fn cacert(&self) -> Option<String> {
        self.cacert.clone()
    }

    /// How long a client may take to get this many requests under way, one after another.
    pub fn begins_within(&self, requests: u64) -> Duration {
        let one = match self.urls.iter().any(|url| url.starts_with("https://")) {
            false => BEGIN_WITHIN,
            true => BEGIN_TLS_WITHIN,
        };
        one.saturating_mul(requests.try_into().unwrap_or(u32::MAX))
    }

    /// The origin, unless the URLs are the user's.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Holds every outcome against what the origin's grammar says of its path, and against
    /// the origin's record. Returns the record, if there is one.
    pub fn check(&self, outcomes: &[Outcome<Page>]) -> Result<(Facts, Option<Record>)> {
        let facts = Facts::new().outcomes(outcomes);
        let record = self.check_against(outcomes, |_, path| wanted(path).map(Some))?;
        Ok((facts, record))
    }

    /// The same for outcomes of which `due` returns what was wanted, from a place and a
    /// path. It returns `None` where any outcome will do, asked for or not.
    pub(crate) fn check_against(
        &self,
        outcomes: &[Outcome<Page>],
        due: impl Fn(usize, &str) -> Result<Option<Wanted>>,
    ) -> Result<Option<Record>> {
        ensure!(
            outcomes.len() == self.urls.len(),
            "{} outcomes for {} URLs",
            outcomes.len(),
            self.urls.len()
        );
        let Some(origin) = &self.origin else {
            return Ok(None);
        };
        let mut hits = BTreeMap::<&str, Hits>::new();
        for (place, (path, outcome)) in self.paths.iter().zip(outcomes).enumerate() {
            let hits = hits.entry(path).or_default();
            let Some(wanted) = due(place, path)? else {
                hits.most += 1;
                continue;
            };
            if !wanted.is(outcome) {
                let told = told(outcome);
                match origin.record().connections_refused {
                    0 => bail!("{path}: {told}, where {wanted} was due"),
                    // Then it is not the variant's doing.
                    times => bail!(
                        "{path}: {told}; the origin could not accept its connection \
                         ({times} times) as no descriptor was left; ask for fewer at once, \
                         or raise `ulimit -n`"
                    ),
                }
            }
            hits.add(&wanted);
        }
        let closed = origin.wait_for(CLOSED_WITHIN, |seen| seen.connections_open == 0);
        let record = origin.record();
        ensure!(
            closed,
            "{} connections still open {CLOSED_WITHIN:?} after the end",
            record.connections_open
        );
        // Its connection ended before its turn, so it may be asked once more on another.
        let is_lost = |one: &&Exchange| one.end == End::HungUp(Phase::Queued);
        let mut lost = BTreeMap::<&str, u64>::new();
        for exchange in record.exchanges.iter().filter(is_lost) {
            *lost.entry(&exchange.path).or_default() += 1;
        }
        for (path, hits) in hits {
            let lost = lost.get(path).copied().unwrap_or(0);
            hits.check(path, record.hits(path) - lost)?;
        }
        Ok(Some(record))
    }

    /// Looks for requests that came before they were due, at that many a second. The first
    /// was due no earlier than the stage was set, so that as many requests may have come
    /// since as have been due since. Where one was asked for twice, after a fault, nothing
    /// is known.
    ///
    /// # Errors
    /// There were more.
    pub fn check_rate(&self, record: &Record, rate: NonZeroU32) -> Result<()> {
        if record.exchanges.len() != self.urls.len() {
            return Ok(());
        }
        let mut starts: Vec<u64> =
            record.exchanges.iter().map(|one| one.started_ns).collect();
        starts.sort_unstable();
        for (place, start) in (0..).zip(starts) {
            let (came, due) = (start.saturating_sub(self.set), due_after(place, rate));
            ensure!(
                came >= due,
                "request {place} came {came} ns after the stage was set, and was due no \
                 earlier than {due}, at {rate} a second"
            );
        }
        Ok(())
    }

    /// A span for each request that the origin saw, on the lane of its connection. The
    /// task is the request's place in the job where the path shows it, else the path.
    pub fn timeline(&self) -> Vec<Span> {
        let Some(origin) = &self.origin else {
            return Vec::new();
        };
        let mut places = BTreeMap::new();
        for (place, path) in self.paths.iter().enumerate() {
            places
                .entry(path.as_str())
                .and_modify(|known| *known = None)
                .or_insert(Some(place));
        }
        let span = |exchange: Exchange| {
            let place = places.get(&*exchange.path).copied().flatten();
            Span {
                task: place.map_or(exchange.path.to_string(), |place| place.to_string()),
                lane: format!("connection {}", exchange.connection),
                start: exchange.started_ns,
                end: exchange.ended_ns.unwrap_or(exchange.started_ns),
                note: match exchange.end {
                    End::Answered => None,
                    End::Cut => Some("cut by the origin".to_owned()),
                    End::HungUp(_) => Some("given up by the client".to_owned()),
                    End::Unfinished => Some("unfinished".to_owned()),
                },
            }
        };
        origin.record().exchanges.into_iter().map(span).collect()
    }
}

/// Whether the origin has an answer for a path that the user named.
pub(crate) fn check_path(path: &str, is_tls: bool) -> Result<(), Misuse> {
    if path == REFUSED || (is_tls && wrong(path).is_some()) {
        return Ok(());
    }
    let misuse = |error| match error {
        // It has the path already.
        GrammarError::NotAPath(_) => Misuse(format!("--path: {error}")),
        _ => Misuse(format!("--path {path:?}: {error}")),
    };
    Sentence::parse(path).map(drop).map_err(misuse)
}

/// How often a path is to be asked for: once for each time that it stands in the job.
/// More often is allowed only where the answer is a fault, which a client may retry.
#[derive(Debug, Default)]
struct Hits {
    least: u64,
    most: u64,
}

impl Hits {
    fn add(&mut self, wanted: &Wanted) {
        let (least, most) = match wanted {
            Wanted::Ok(_) | Wanted::Panicked => (1, 1),
            Wanted::Unasked(_) => (0, 0),
            Wanted::TimedOut
            | Wanted::Failed(_)
            | Wanted::Refused
            | Wanted::OrRefused(_)
            | Wanted::Moved(..)
            | Wanted::GivenUp
            | Wanted::Own(_) => (1, u64::MAX),
        };
        self.least += least;
        self.most = self.most.saturating_add(most);
    }

    fn check(&self, path: &str, hits: u64) -> Result<()> {
        let Hits { least, most } = *self;
        // No server listens there, or another one does, so the origin counts nothing.
        let elsewhere = path == "/refused" || wrong(path).is_some();
        ensure!(
            (least..=most).contains(&hits) || elsewhere,
            "{path} was asked for {hits} times, not {least}"
        );
        Ok(())
    }
}

fn secure(
    authority: &Authority,
    certificate: Certificate,
) -> Result<Origin, http_origin::Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Origin::start_tls(address, authority, certificate)
}

fn refusing_port() -> Result<(OwnedFd, SocketAddr)> {
    let held = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&held, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let address = SocketAddrV4::try_from(getsockname(&held)?)?;
    Ok((held, address.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_before_it_was_due_is_found() {
        let paths = ["/bytes/1", "/bytes/2", "/bytes/3"].map(str::to_owned);
        let stage = Stage::with_origin(paths.to_vec()).expect("a stage");
        let came = |after: [u64; 3]| {
            let exchange = |after| Exchange {
                path: "/".into(),
                connection: 1,
                started_ns: stage.set + after,
                ended_ns: None,
                status: None,
                body_bytes: 0,
                end: End::Unfinished,
            };
            let record = Record {
                exchanges: after.map(exchange).to_vec(),
                ..Record::default()
            };
            let rate = NonZeroU32::new(1_000_000).expect("a million");
            stage.check_rate(&record, rate)
        };
        // In any order, and late is not early.
        for after in [[0, 1000, 2000], [2000, 0, 1000], [500, 9000, 7000]] {
            came(after).expect("none is early");
        }
        for after in [[0, 999, 2000], [0, 1000, 1999], [5, 6, 7]] {
            let why = came(after).expect_err("one is early").to_string();
            assert!(why.contains("was due no earlier than"), "{why}");
        }
    }

    #[test]
    fn what_was_due_is_told_in_words() {
        for (path, due) in [
            ("/bytes/10", "status 200, 10 bytes, sha256 "),
            ("/close", "a failure of class truncated was due"),
            ("/bytes/1/note/panic", "a panic was due"),
        ] {
            let stage = Stage::with_origin(vec![path.to_owned()]).expect("a stage");
            let why = stage.check(&[Outcome::TimedOut]).expect_err("it is wrong");
            let why = why.to_string();
            let start = format!("{path}: timed out, where {due}");
            assert!(why.starts_with(&start), "{why}");
        }
    }
}
