//! What became of one item of a job.

use std::{any::Any, fmt};

use serde::{Deserialize, Serialize};

/// What became of one item: exactly one of these, in every model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<T> {
    /// It was done.
    Ok(T),
    /// It could not be done.
    Failed(Failure),
    /// The code that did it panicked; the panic's message.
    Panicked(String),
    /// It was given up at its deadline.
    TimedOut,
    /// It was cancelled.
    Cancelled,
    /// The process that did it died, and so did the one that tried it again.
    WorkerLost,
}

/// Why an item could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The class, which is the same in every variant for the same fault.
    pub class: Class,
    /// The error and its causes, in the runtime's own words.
    pub why: String,
}

/// The class of a failure. The same fault is the same class in every variant.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// No server listens there.
    Refused,
    /// The connection was reset.
    Reset,
    /// The answer ended before it was whole.
    Truncated,
    /// The answer is not what the protocol allows.
    Malformed,
    /// The server could not prove its identity.
    Certificate,
    /// The process has no descriptors left.
    Descriptors,
    /// The answer's status means that it is not what was asked for.
    Status,
    /// No file can have the name from the URL or the answer.
    Name,
    /// The file could not be written.
    Disk,
    /// Anything else; the message names it.
    Other,
}

impl<T> Outcome<T> {
    /// The word for it: `ok`, `failed`, `panicked`, `timed out`, `cancelled`, `worker lost`.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Ok(_) => "ok",
            Outcome::Failed(_) => "failed",
            Outcome::Panicked(_) => "panicked",
            Outcome::TimedOut => "timed out",
            Outcome::Cancelled => "cancelled",
            Outcome::WorkerLost => "worker lost",
        }
    }

    /// The same with another value, if it was done.
    pub fn map<U>(self, value: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Outcome::Ok(done) => Outcome::Ok(value(done)),
            Outcome::Failed(failure) => Outcome::Failed(failure),
            Outcome::Panicked(message) => Outcome::Panicked(message),
            Outcome::TimedOut => Outcome::TimedOut,
            Outcome::Cancelled => Outcome::Cancelled,
            Outcome::WorkerLost => Outcome::WorkerLost,
        }
    }

    /// The value, if it was done.
    pub fn ok(&self) -> Option<&T> {
        match self {
            Outcome::Ok(value) => Some(value),
            _ => None,
        }
    }
}

impl<T> From<Box<dyn Any + Send>> for Outcome<T> {
    /// The outcome of an item whose code panicked with this payload.
    fn from(payload: Box<dyn Any + Send>) -> Self {
        Outcome::Panicked(panic_message(&*payload))
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Refused => "refused",
            Class::Reset => "reset",
            Class::Truncated => "truncated",
            Class::Malformed => "malformed",
            Class::Certificate => "certificate",
            Class::Descriptors => "out of descriptors",
            Class::Status => "status",
            Class::Name => "name",
            Class::Disk => "disk",
            Class::Other => "other",
        })
    }
}

/// The message of a panic, from what `catch_unwind` or `join` returns.
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&'static str>()
        .map(|message| (*message).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
