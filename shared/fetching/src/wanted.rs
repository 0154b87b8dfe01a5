//! What must come of each path, as the origin's grammar says.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use anyhow::{Result, anyhow};
use http_origin::{Certificate, Expected, Fault, expected};
use test_fixtures::{Class, Outcome};

use crate::{Page, Sha256};

/// What must come of a path.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Ok(Page),
    Panicked,
    TimedOut,
    Failed(Class),
    /// A failure before anything was asked for.
    #[cfg_attr(
        not(feature = "files"),
        allow(dead_code, reason = "only a URL that names no file is not asked for")
    )]
    Unasked(Class),
}

impl Wanted {
    pub(crate) fn is(&self, outcome: &Outcome<Page>) -> bool {
        match (self, outcome) {
            (Wanted::Ok(wanted), Outcome::Ok(page)) => wanted == page,
            (Wanted::Panicked, Outcome::Panicked(_)) => true,
            (Wanted::TimedOut, Outcome::TimedOut) => true,
            (
                Wanted::Failed(class) | Wanted::Unasked(class),
                Outcome::Failed(failure),
            ) => *class == failure.class,
            _ => false,
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Ok(Page {
                status,
                bytes,
                sha256,
            }) => write!(f, "status {status}, {bytes} bytes, sha256 {sha256}"),
            Wanted::Panicked => f.write_str("a panic"),
            Wanted::TimedOut => f.write_str("a time-out"),
            Wanted::Failed(class) => write!(f, "a failure of class {class}"),
            Wanted::Unasked(class) => write!(f, "a failure of class {class}, unasked"),
        }
    }
}

/// What must come of a path. Paths say the same in every trial, and a long body takes a
/// while to hash, so what is known is kept.
pub(crate) fn wanted(path: &str) -> Result<Wanted> {
    static KNOWN: Mutex<BTreeMap<String, Wanted>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(wanted) = known().get(path) {
        return Ok(wanted.clone());
    }
    let wanted = work_out(path)?;
    known().insert(path.to_owned(), wanted.clone());
    Ok(wanted)
}

fn work_out(path: &str) -> Result<Wanted> {
    if path == "/refused" {
        return Ok(Wanted::Failed(Class::Refused));
    }
    if wrong(path).is_some() {
        return Ok(Wanted::Failed(Class::Certificate));
    }
    Ok(
        match expected(path).map_err(|error| anyhow!("{path}: {error}"))? {
            _ if path.contains("/note/panic") => Wanted::Panicked,
            Expected::Whole {
                status,
                bytes,
                sha256,
            } => Wanted::Ok(Page {
                status,
                bytes,
                sha256: Sha256(sha256),
            }),
            Expected::Fault(Fault::Hung | Fault::Stalled { .. }) => Wanted::TimedOut,
            Expected::Fault(Fault::Truncated { .. } | Fault::Closed) => {
                Wanted::Failed(Class::Truncated)
            }
            Expected::Fault(Fault::Reset { .. } | Fault::Refused) => {
                Wanted::Failed(Class::Reset)
            }
            Expected::Fault(Fault::Malformed) => Wanted::Failed(Class::Malformed),
        },
    )
}

/// An outcome in a few words.
pub(crate) fn told(outcome: &Outcome<Page>) -> String {
    match outcome {
        Outcome::Ok(page) => format!("ok, {page}"),
        Outcome::Failed(failure) => format!("{} ({})", failure.class, failure.why),
        Outcome::Panicked(message) => format!("panicked ({message})"),
        other => other.word().to_owned(),
    }
}

/// What is wrong with the certificate of the origin that a path stands for.
pub(crate) fn wrong(path: &str) -> Option<Certificate> {
    match path {
        "/wrong-host" => Some(Certificate::WrongHost),
        "/expired" => Some(Certificate::Expired),
        "/untrusted" => Some(Certificate::Untrusted),
        _ => None,
    }
}
