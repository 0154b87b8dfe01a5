//! What must come of each path, by the origin's grammar.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use anyhow::{Result, anyhow, bail, ensure};
use http_origin::{Certificate, Expected, Fault, digest, expected, is_own};
use test_fixtures::{Class, Outcome};

use crate::{Page, Sha256};

/// What must come of a path.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Ok(Page),
    Panicked,
    TimedOut,
    Failed(Class),
    /// An odd answer that is no answer: a failure that reports this.
    Refused,
    /// This, or a failure that reports that it is no answer.
    OrRefused(Box<Wanted>),
    /// A redirect, or the page that it leads to.
    Moved(Page, Page),
    /// A time-out, or a failure before it.
    GivenUp,
    /// No byte in it of another answer than that to this path.
    Own(String),
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
            (Wanted::Refused, Outcome::Failed(failure)) => is_refusal(failure.class),
            (Wanted::OrRefused(wanted), outcome) => {
                wanted.is(outcome) || Wanted::Refused.is(outcome)
            }
            (Wanted::Moved(here, there), Outcome::Ok(page)) => {
                [here, there].contains(&page)
            }
            (Wanted::GivenUp, outcome) => {
                matches!(outcome, Outcome::TimedOut | Outcome::Failed(_))
            }
            (Wanted::Own(path), Outcome::Ok(page)) => {
                is_own(path, page.bytes, page.sha256.0).unwrap_or(false)
            }
            (Wanted::Own(_), outcome) => Wanted::GivenUp.is(outcome),
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
            Wanted::Refused => f.write_str("a failure that says that it is no answer"),
            Wanted::OrRefused(wanted) => write!(f, "{wanted}, or {}", Wanted::Refused),
            Wanted::Moved(here, there) => write!(f, "{here} or {there}"),
            Wanted::GivenUp => f.write_str("a time-out or a failure"),
            Wanted::Own(_) => f.write_str("no byte of another answer"),
            Wanted::Unasked(class) => write!(f, "a failure of class {class}, unasked"),
        }
    }
}

/// Holds what became of a request against what must come of its path.
///
/// # Errors
/// Something else was due, or the path is none of the origin's.
pub fn check_due(path: &str, outcome: &Outcome<Page>) -> Result<()> {
    let wanted = wanted(path)?;
    ensure!(
        wanted.is(outcome),
        "{path}: {}, where {wanted} was due",
        told(outcome)
    );
    Ok(())
}

/// What must come of a path. It is the same in every trial, and a long body takes a while
/// to hash, so the results are cached.
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
            Expected::Refused => Wanted::Refused,
            Expected::WholeOrRefused {
                status,
                bytes,
                sha256,
            } => Wanted::OrRefused(Box::new(Wanted::Ok(Page {
                status,
                bytes,
                sha256: Sha256(sha256),
            }))),
            Expected::Moved { status, target } => {
                let sha256 = Sha256(digest(path, 0)?);
                let here = Page {
                    status,
                    bytes: 0,
                    sha256,
                };
                match work_out(target)? {
                    Wanted::Ok(there) => Wanted::Moved(here, there),
                    other => bail!("{path} leads to {target}, of which comes {other}"),
                }
            }
            Expected::GivenUp => Wanted::GivenUp,
            Expected::Own => Wanted::Own(path.to_owned()),
        },
    )
}

/// Whether this is the failure of an answer that is none, or is not whole.
fn is_refusal(class: Class) -> bool {
    matches!(class, Class::Malformed | Class::Truncated | Class::Reset)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The page of this path, by the grammar.
    fn page(path: &str) -> Outcome<Page> {
        match wanted(path) {
            Ok(Wanted::Ok(page)) => Outcome::Ok(page),
            other => panic!("{path}: {other:?}"),
        }
    }

    fn failed(class: Class) -> Outcome<Page> {
        Outcome::Failed(test_fixtures::Failure {
            class,
            why: String::new(),
        })
    }

    #[test]
    fn of_an_odd_answer_comes_what_its_row_says() {
        let plain = "/odd/status-plain/nonce/1";
        let (own, other) = (page(plain), page("/odd/status-plain/nonce/2"));
        let (malformed, left) = (failed(Class::Malformed), failed(Class::Other));
        let timed_out = Outcome::TimedOut;
        for (path, right, wrong) in [
            (plain, &[&own][..], &[&other, &malformed, &timed_out][..]),
            ("/odd/chunk-0x", &[&malformed], &[&own, &left, &timed_out]),
            (
                "/odd/head-bare-lf/nonce/1",
                &[&malformed],
                &[&own, &left, &timed_out],
            ),
            ("/odd/silent-at-once", &[&timed_out], &[&own, &malformed]),
            (
                "/odd/endless-header",
                &[&timed_out, &malformed, &left],
                &[&own],
            ),
            (
                "/own/status-plain/nonce/1",
                &[&malformed, &left, &timed_out],
                &[&own, &other],
            ),
        ] {
            for outcome in right {
                check_due(path, outcome).expect("it is due");
            }
            for outcome in wrong {
                assert!(
                    check_due(path, outcome).is_err(),
                    "{path}: {}",
                    told(outcome)
                );
            }
        }
    }

    #[test]
    fn a_page_of_another_path_is_no_answers_own() {
        let path = "/own/chunk-0x/nonce/1";
        let body = http_origin::digest("/own/chunk-0x/nonce/1", 0).expect("a path");
        let empty = Outcome::Ok(Page {
            status: 200,
            bytes: 0,
            sha256: Sha256(body),
        });
        check_due(path, &empty).expect("no byte is no other answer's");
        let why =
            check_due(path, &page("/bytes/40/nonce/1")).expect_err("it is another's");
        let why = why.to_string();
        assert!(
            why.ends_with("where no byte of another answer was due"),
            "{why}"
        );
    }
}
