//! Failures by class: the same fault is the same class, whichever client met it.

use std::{error::Error, io, thread};

use anyhow::Result;
use test_fixtures::{Class, Failure, Outcome};

use crate::redirect;

/// What became of a request: what was wanted of it, a time-out, or a failure with its
/// class.
pub fn outcome<T>(result: Result<T>) -> Outcome<T> {
    let error = match result {
        Ok(value) => return Outcome::Ok(value),
        Err(error) => error,
    };
    // The deepest cause knows best; those above it only know what they were doing.
    let causes: Vec<_> = error.chain().collect();
    match causes.into_iter().rev().find_map(kind) {
        Some(Kind::TimedOut) => Outcome::TimedOut,
        Some(Kind::Failed(class)) => failed(class, &error),
        None => match words_class(&error.root_cause().to_string()) {
            Some(class) => failed(class, &error),
            None => failed(Class::Other, &error),
        },
    }
}

/// The same of work that may have panicked.
pub fn ended<T>(end: thread::Result<Result<T>>) -> Outcome<T> {
    match end {
        Ok(result) => outcome(result),
        Err(panic) => panic.into(),
    }
}

fn failed<T>(class: Class, error: &anyhow::Error) -> Outcome<T> {
    Outcome::Failed(Failure {
        class,
        why: format!("{error:#}"),
    })
}

enum Kind {
    TimedOut,
    Failed(Class),
}

fn kind(error: &(dyn Error + 'static)) -> Option<Kind> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return io_kind(error);
    }
    if error.is::<httparse::Error>() {
        return Some(Kind::Failed(Class::Malformed));
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        let class = match error {
            rustls::Error::InvalidCertificate(_) => Class::Certificate,
            _ => Class::Malformed,
        };
        return Some(Kind::Failed(class));
    }
    if let Some(error) = error.downcast_ref::<redirect::Error>() {
        let class = match error {
            redirect::Error::Malformed { .. } | redirect::Error::Ambiguous(_) => {
                Class::Malformed
            }
            _ => Class::Other,
        };
        return Some(Kind::Failed(class));
    }
    file_class(error)
        .map(Kind::Failed)
        .or_else(|| client_kind(error))
}

#[cfg(feature = "files")]
fn file_class(error: &(dyn Error + 'static)) -> Option<Class> {
    use crate::files::{NameError, SaveError, StatusError};
    if error.is::<StatusError>() {
        Some(Class::Status)
    } else if error.is::<NameError>() {
        Some(Class::Name)
    } else {
        let error = error.downcast_ref::<SaveError>()?;
        match io_kind(&error.source) {
            Some(Kind::Failed(Class::Descriptors)) => Some(Class::Descriptors),
            _ => Some(Class::Disk),
        }
    }
}

#[cfg(not(feature = "files"))]
fn file_class(_: &(dyn Error + 'static)) -> Option<Class> {
    None
}

fn io_kind(error: &io::Error) -> Option<Kind> {
    use io::ErrorKind::*;
    // Too many open files: of this process, of the system.
    const EMFILE: i32 = 24;
    const ENFILE: i32 = 23;
    if let Some(EMFILE | ENFILE) = error.raw_os_error() {
        return Some(Kind::Failed(Class::Descriptors));
    }
    let class = match error.kind() {
        TimedOut | WouldBlock => return Some(Kind::TimedOut),
        ConnectionRefused => Class::Refused,
        ConnectionReset | ConnectionAborted | BrokenPipe => Class::Reset,
        UnexpectedEof => Class::Truncated,
        // What an io::Error wraps is not among its sources.
        other => {
            let inner = error.get_ref().and_then(|inner| kind(inner));
            let malformed = other == InvalidData;
            return inner.or(malformed.then_some(Kind::Failed(Class::Malformed)));
        }
    };
    Some(Kind::Failed(class))
}

/// The class that an error's words name. surf keeps no more of an error than its words.
/// It does so where its pool can't connect (http-client 6.5.3, src/h1/mod.rs), and where
/// an answer ends before its head does, or has none that it takes (async-h1 2.3.4,
/// src/client/decode.rs).
fn words_class(words: &str) -> Option<Class> {
    match words {
        "connection closed" | "empty response" => return Some(Class::Truncated),
        "Head byte length should be less than 8kb" | "Malformed HTTP head" => {
            return Some(Class::Malformed);
        }
        _ => {}
    }
    let (_, code) = words.strip_suffix(')')?.rsplit_once(" (os error ")?;
    match io_kind(&io::Error::from_raw_os_error(code.parse().ok()?))? {
        Kind::Failed(class) => Some(class),
        Kind::TimedOut => None,
    }
}

#[cfg(feature = "hyper")]
fn is_invalid_input(cause: Option<&(dyn Error + 'static)>) -> bool {
    let cause = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::InvalidInput)
}

#[allow(
    unused_variables,
    reason = "each client is there only where it is asked for"
)]
fn client_kind(error: &(dyn Error + 'static)) -> Option<Kind> {
    #[cfg(feature = "hyper")]
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return match () {
            () if error.is_parse() => Some(Kind::Failed(Class::Malformed)),
            // A chunk that is none (hyper 1.12, src/proto/h1/decode.rs).
            () if is_invalid_input(error.source()) => {
                Some(Kind::Failed(Class::Malformed))
            }
            () if error.is_incomplete_message() => Some(Kind::Failed(Class::Truncated)),
            () if error.is_timeout() => Some(Kind::TimedOut),
            () => None,
        };
    }
    #[cfg(feature = "reqwest")]
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return error.is_timeout().then_some(Kind::TimedOut);
    }
    #[cfg(feature = "ureq")]
    if let Some(error) = error.downcast_ref::<ureq::Error>() {
        return match error {
            ureq::Error::Io(error) => io_kind(error),
            ureq::Error::Timeout(_) => Some(Kind::TimedOut),
            // The connection has ended, and the bytes that came are no whole chunk.
            ureq::Error::BodyStalled => Some(Kind::Failed(Class::Truncated)),
            ureq::Error::Protocol(_)
            | ureq::Error::Http(_)
            | ureq::Error::LargeResponseHeader(..) => {
                Some(Kind::Failed(Class::Malformed))
            }
            _ => None,
        };
    }
    None
}
