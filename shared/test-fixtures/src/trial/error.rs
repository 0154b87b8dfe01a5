//! What can go wrong with a trial.

use std::{io, time::Duration};

use thiserror::Error;

/// Why a trial is a row without a time.
#[derive(Debug, Error)]
pub enum TrialError {
    /// The stage could not be set.
    #[error("{0:#}")]
    Stage(anyhow::Error),
    /// The program could not be started.
    #[error("can't start {program}: {source}")]
    Spawn {
        /// The program.
        program: String,
        /// The cause.
        source: io::Error,
    },
    /// It took too long, and was killed with all its processes.
    #[error("killed after {limit:?}, with all its processes")]
    TimedOut {
        /// The time that it had.
        limit: Duration,
    },
    /// This program was asked to end.
    #[error("interrupted")]
    Interrupted,
    /// It ended by itself, with an exit code that says it failed.
    #[error("exit code {code}: {}", last_line(.stderr))]
    Exited {
        /// The exit code.
        code: i32,
        /// The end of its standard error.
        stderr: String,
    },
    /// It is a peer of ours, and its Python lacks what it needs.
    #[error("{0}")]
    MissingModule(String),
    /// Something killed it.
    #[error("killed by signal {signal}: {}", last_line(.stderr))]
    Killed {
        /// The signal.
        signal: i32,
        /// The end of its standard error.
        stderr: String,
    },
    /// It ended well but said nothing.
    #[error("exit code 0, but no reply on standard output")]
    NoReply,
    /// What it said is not a reply.
    #[error("the reply is not what the trial protocol asks for: {0}")]
    InvalidReply(serde_json::Error),
    /// It told a time that it can't have taken.
    #[error(
        "it tells {told:?} for the job, and was there for {took:?}; tell nanoseconds of a \
         monotonic clock"
    )]
    WrongTime {
        /// The time that it told.
        told: Duration,
        /// The time from its start to its end.
        took: Duration,
    },
    /// It answered, and the check did not agree.
    #[error("check failed: {0:#}")]
    Check(anyhow::Error),
    /// The system refused something that trials need.
    #[error("can't run a trial: {0}")]
    System(#[from] io::Error),
}

/// The line in which programs say why: the last that says anything, but for what a panic
/// adds to its message.
fn last_line(stderr: &str) -> &str {
    let says = |line: &&str| {
        !line.trim().is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE")
    };
    let line = stderr.lines().rev().find(says);
    line.unwrap_or("it said nothing on standard error").trim()
}
