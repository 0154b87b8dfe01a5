//! The same errors by thiserror, held against those by hand, and what anyhow makes of both.

use std::{error::Error, io, num::ParseIntError};

use anyhow::Context;
use error_handling::work::{RecordError, TaskError, chain, outcome};
use test_fixtures::{Class, Outcome};
use thiserror::Error;

/// What `TaskError` would be if it were derived.
#[derive(Debug, Error)]
enum Derived {
    #[error("task {task} can't read its record")]
    Record {
        task: usize,
        source: DerivedRecordError,
    },
    #[error("task {task} can't reach its store")]
    Store { task: usize, source: io::Error },
}

/// What `RecordError` would be.
#[derive(Debug, Error)]
enum DerivedRecordError {
    #[error("the value is not a number")]
    NotANumber(#[from] ParseIntError),
}

fn number() -> Result<u64, ParseIntError> {
    "unknown".parse()
}

fn by_hand() -> Result<u64, TaskError> {
    let read = || -> Result<u64, RecordError> { Ok(number()?) };
    read().map_err(|source| TaskError::Record { task: 3, source })
}

fn derived() -> Result<u64, Derived> {
    let read = || -> Result<u64, DerivedRecordError> { Ok(number()?) };
    read().map_err(|source| Derived::Record { task: 3, source })
}

#[test]
fn both_have_the_same_chain() {
    let hand = by_hand().expect_err("it is not a number");
    let derived = derived().expect_err("it is not a number");
    assert_eq!(chain(&hand), chain(&derived));

    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    let (task, source) = (3, reset());
    let hand = TaskError::Store { task, source };
    let source = reset();
    assert_eq!(chain(&hand), chain(&Derived::Store { task, source }));
}

#[test]
fn the_innermost_cause_is_the_error_itself_and_not_its_words() {
    let error = by_hand().expect_err("it is not a number");
    let record = error.source().expect("a record is the cause");
    assert!(record.is::<RecordError>());
    let innermost = record.source().expect("a number is its cause");
    assert!(innermost.is::<ParseIntError>());
    assert!(innermost.source().is_none());
}

#[test]
fn anyhow_prints_the_same_chain_and_gives_the_error_back() {
    let words = chain(&by_hand().expect_err("it is not a number"));
    let error = anyhow::Error::from(by_hand().expect_err("it is not a number"));
    assert_eq!(format!("{error:#}"), words);

    let error = by_hand()
        .context("the job")
        .expect_err("it is not a number");
    assert_eq!(format!("{error:#}"), format!("the job: {words}"));
    let found: &TaskError = error.downcast_ref().expect("it is still there");
    assert!(!found.is_transient());
}

#[test]
fn a_message_alone_loses_the_causes() {
    let error = by_hand().expect_err("it is not a number");
    let flat = anyhow::anyhow!("{error}");
    assert_eq!(flat.chain().count(), 1);
    assert!(!format!("{flat:#}").contains("digit"));
}

#[test]
fn only_what_may_pass_is_transient() {
    let store = |kind: io::ErrorKind| TaskError::Store {
        task: 0,
        source: kind.into(),
    };
    assert!(store(io::ErrorKind::ConnectionReset).is_transient());
    assert!(store(io::ErrorKind::ConnectionRefused).is_transient());
    assert!(!store(io::ErrorKind::PermissionDenied).is_transient());
    assert!(!TaskError::TimedOut.is_transient());
    assert!(!TaskError::Cancelled.is_transient());
    assert!(!by_hand().expect_err("it is not a number").is_transient());
}

#[test]
fn an_error_becomes_the_outcome_of_its_class() {
    let class = |kind: io::ErrorKind| {
        let (task, source) = (0, kind.into());
        match outcome::<()>(Err(TaskError::Store { task, source })) {
            Outcome::Failed(failure) => failure.class,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(class(io::ErrorKind::ConnectionReset), Class::Reset);
    assert_eq!(class(io::ErrorKind::ConnectionRefused), Class::Refused);
    assert_eq!(class(io::ErrorKind::PermissionDenied), Class::Other);
    assert_eq!(outcome(Ok(1)), Outcome::Ok(1));
    assert_eq!(outcome::<()>(Err(TaskError::TimedOut)), Outcome::TimedOut);
    assert_eq!(outcome::<()>(Err(TaskError::Cancelled)), Outcome::Cancelled);
}
