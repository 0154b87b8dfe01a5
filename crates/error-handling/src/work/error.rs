//! What a task fails with: an error type by hand, as `thiserror` would derive it.
//!
//! An error is three things. `Display` says what went wrong at its own level, and leaves
//! out the cause. `source` hands the cause on, so that the whole chain can be printed, and
//! searched for the innermost cause. `From` lets `?` convert, where nothing has to be added.

use std::{error::Error, fmt, io, num::ParseIntError};

use test_fixtures::{Class, Failure, Outcome};

/// Why a task has no result.
#[derive(Debug)]
pub enum TaskError {
    /// What it read makes no sense. Another attempt reads the same.
    Record {
        /// The task's number.
        task: usize,
        /// What is wrong with the record.
        source: RecordError,
    },
    /// The store that it reads from could not be reached.
    Store {
        /// The task's number.
        task: usize,
        /// What the system said.
        source: io::Error,
    },
    /// It was given up at its deadline.
    TimedOut,
    /// It was stopped.
    Cancelled,
}

/// What can be wrong with a record.
#[derive(Debug)]
pub enum RecordError {
    /// There is no `=` in it.
    NoValue,
    /// What stands behind the `=` is not a number.
    NotANumber(ParseIntError),
}

impl TaskError {
    /// Whether another attempt may do better. Only then is it safe to make one, and only
    /// because a task reads: what writes must also be sure that doing it twice is no harm.
    pub fn is_transient(&self) -> bool {
        let Self::Store { source, .. } = self else {
            return false;
        };
        matches!(
            source.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::Interrupted
        )
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record { task, .. } => write!(f, "task {task} can't read its record"),
            Self::Store { task, .. } => write!(f, "task {task} can't reach its store"),
            Self::TimedOut => f.write_str("its time was up"),
            Self::Cancelled => f.write_str("it was stopped"),
        }
    }
}

impl Error for TaskError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Record { source, .. } => Some(source),
            Self::Store { source, .. } => Some(source),
            Self::TimedOut | Self::Cancelled => None,
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoValue => "there is no value in it",
            Self::NotANumber(_) => "the value is not a number",
        })
    }
}

impl Error for RecordError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoValue => None,
            Self::NotANumber(source) => Some(source),
        }
    }
}

impl From<ParseIntError> for RecordError {
    fn from(source: ParseIntError) -> Self {
        Self::NotANumber(source)
    }
}

impl<T> From<TaskError> for Outcome<T> {
    fn from(error: TaskError) -> Self {
        let class = match &error {
            TaskError::TimedOut => return Outcome::TimedOut,
            TaskError::Cancelled => return Outcome::Cancelled,
            TaskError::Record { .. } => Class::Malformed,
            TaskError::Store { source, .. } => match source.kind() {
                io::ErrorKind::ConnectionReset => Class::Reset,
                io::ErrorKind::ConnectionRefused => Class::Refused,
                _ => Class::Other,
            },
        };
        let why = chain(&error);
        Outcome::Failed(Failure { class, why })
    }
}

/// What became of a task that came back with this.
pub fn outcome<T>(result: Result<T, TaskError>) -> Outcome<T> {
    result.map_or_else(Outcome::from, Outcome::Ok)
}

/// An error and all its causes, the innermost last.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text += &format!(": {cause}");
        next = cause.source();
    }
    text
}
