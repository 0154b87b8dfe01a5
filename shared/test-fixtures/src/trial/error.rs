//! How a trial can fail.

use std::{io, time::Duration};

use rustix::process::{Resource, getrlimit};
use thiserror::Error;

use super::cause::{cause, shortened};
use crate::{Printed, exit::advice, limits::under_few_processes};

/// Characters of a program's output that are shown at the most.
const SHOWN: usize = 300;

/// Characters of a check's message at the most: it may quote what a program replied.
const LONGEST: usize = 1000;

/// Why a trial is a row without a time.
#[derive(Debug, Error)]
pub enum TrialError {
    /// The stage could not be set.
    #[error("{0:#}")]
    Stage(anyhow::Error),
    /// The program could not be started.
    #[error("can't start {program}: {source}{}", advice(.source.raw_os_error().unwrap_or(0)))]
    Spawn {
        /// The program.
        program: String,
        /// The cause.
        source: io::Error,
    },
    /// It took too long, and was killed with all its processes.
    #[error(
        "killed after {limit:?}, its time limit (--time-limit), with all its processes{}; {}",
        under_few_processes(), last_said(.stderr)
    )]
    TimedOut {
        /// The time that it had.
        limit: Duration,
        /// The start and the end of its standard error.
        stderr: String,
        /// The start of its standard output.
        stdout: String,
    },
    /// It wrote more than any reply has, and was killed with all its processes.
    #[error(
        "killed at the limit of a reply, {} MiB on standard output, which begins with {:?}; \
         {}", .most >> 20, shortened(.stdout, 80), last_said(.stderr)
    )]
    EndlessReply {
        /// Bytes that a reply may have.
        most: u64,
        /// The start and the end of its standard error.
        stderr: String,
        /// The start of its standard output.
        stdout: String,
    },
    /// Something killed the process that watches it.
    #[error("the guard of the trial was killed, and the trial with it")]
    GuardLost,
    /// This program was asked to end.
    #[error("interrupted")]
    Interrupted,
    /// It exited with a code that means failure.
    #[error("exit code {code}: {}{}", said(.stderr, .stdout), meaning_of_code(*.code))]
    Exited {
        /// The exit code.
        code: i32,
        /// The start and the end of its standard error.
        stderr: String,
        /// The start of its standard output.
        stdout: String,
    },
    /// It is a peer of ours, and its Python lacks what it needs.
    #[error("{0}")]
    MissingModule(String),
    /// Something killed it.
    #[error("killed by signal {signal}: {}{}", said(.stderr, .stdout), meaning_of_signal(*.signal))]
    Killed {
        /// The signal.
        signal: i32,
        /// The start and the end of its standard error.
        stderr: String,
        /// The start of its standard output.
        stdout: String,
    },
    /// It ended well but printed nothing.
    #[error("exit code 0, but no reply on standard output; {}", last_said(.stderr))]
    NoReply {
        /// The start and the end of its standard error.
        stderr: String,
    },
    /// What it printed is not a reply.
    #[error(
        "the reply is not what the trial protocol asks for, one JSON object: {}{}",
        shortened(.why, SHOWN), and_said(.stderr)
    )]
    InvalidReply {
        /// What is wrong with it.
        why: String,
        /// The start and the end of its standard error.
        stderr: String,
        /// The start of its standard output.
        stdout: String,
    },
    /// It reported a time that it can't have taken.
    #[error(
        "it tells {told:?} for the job, and was there for {took:?}; tell nanoseconds of a \
         monotonic clock"
    )]
    WrongTime {
        /// The time that it reported.
        told: Duration,
        /// The time from its start to its end.
        took: Duration,
    },
    /// It reported something that can't be.
    #[error("it tells {0}")]
    Absurd(String),
    /// It answered, and the check did not agree.
    #[error("check failed: {}", shortened(&format!("{:#}", .0), LONGEST))]
    Check(anyhow::Error),
    /// One of the three above, with what it printed.
    #[error("{error}{}", and_said(&.printed.stderr))]
    Refused {
        /// Why its reply is none.
        error: Box<TrialError>,
        /// What it printed.
        printed: Printed,
    },
    /// The system refused something that trials need.
    #[error("can't run a trial: {0}")]
    System(#[from] io::Error),
}

impl TrialError {
    /// What the program printed, where it is the program that failed: the start and the
    /// end of its standard error, and the start of its standard output.
    pub fn last_words(&self) -> Option<(&str, &str)> {
        match self {
            TrialError::TimedOut { stderr, stdout, .. }
            | TrialError::EndlessReply { stderr, stdout, .. }
            | TrialError::Exited { stderr, stdout, .. }
            | TrialError::Killed { stderr, stdout, .. }
            | TrialError::InvalidReply { stderr, stdout, .. } => Some((stderr, stdout)),
            TrialError::NoReply { stderr } => Some((stderr, "")),
            TrialError::Refused { printed, .. } => {
                Some((&printed.stderr, &printed.stdout))
            }
            _ => None,
        }
    }
}

/// Why it ended, in its own words.
fn said(stderr: &str, stdout: &str) -> String {
    match cause(stderr) {
        Some(cause) => shortened(&cause, SHOWN),
        None if stdout.trim().is_empty() => {
            "it said nothing on standard error".to_owned()
        }
        None => format!(
            "it said nothing on standard error, and {:?} on standard output",
            shortened(stdout.trim(), 80)
        ),
    }
}

/// The last words of a program that gave no reply.
fn last_said(stderr: &str) -> String {
    match cause(stderr) {
        Some(cause) => format!("it last said: {}", shortened(&cause, SHOWN)),
        None => "it said nothing on standard error".to_owned(),
    }
}

/// The last words of a program beside its reply.
fn and_said(stderr: &str) -> String {
    match cause(stderr) {
        Some(cause) => format!("; it last said: {}", shortened(&cause, SHOWN)),
        None => String::new(),
    }
}

/// What a shell's exit code stands for.
fn meaning_of_code(code: i32) -> String {
    match code {
        126 => "; the shell's code for a file that is no program".to_owned(),
        127 => "; the shell's code for a program that is not there".to_owned(),
        129..=192 => match signal_name(code - 128) {
            Some(name) => format!("; the shell's code for an end by {name}"),
            None => String::new(),
        },
        _ => String::new(),
    }
}

fn meaning_of_signal(signal: i32) -> String {
    match (signal, signal_name(signal)) {
        (libc::SIGKILL, _) => {
            let limit = getrlimit(Resource::Cpu).maximum;
            format!("; SIGKILL, which the system sends {}", when_it_kills(limit))
        }
        // Interpreters that get no thread say nothing.
        (libc::SIGABRT, Some(name)) => format!("; {name}{}", under_few_processes()),
        (_, Some(name)) => format!("; {name}"),
        (_, None) => String::new(),
    }
}

/// When the system sends SIGKILL, with the limit in seconds of a process's time on a core.
fn when_it_kills(limit: Option<u64>) -> String {
    let memory = "where memory is short";
    match limit {
        Some(limit) => format!("{memory}, or after {limit} s on a core (`ulimit -t`)"),
        None => memory.to_owned(),
    }
}

/// A signal's name, and what it reveals about a program.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGHUP => "SIGHUP, a terminal that is gone",
        libc::SIGINT => "SIGINT, as of Ctrl-C",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL, an instruction that the processor lacks",
        libc::SIGTRAP => "SIGTRAP, a trap",
        libc::SIGABRT => "SIGABRT, by its own choice",
        libc::SIGBUS => "SIGBUS, memory that is not there",
        libc::SIGFPE => "SIGFPE, an impossible division",
        libc::SIGKILL => "SIGKILL, which the system sends where memory is short",
        libc::SIGSEGV => "SIGSEGV, memory that is not its own",
        libc::SIGPIPE => "SIGPIPE, since nobody read what it wrote",
        libc::SIGALRM => "SIGALRM, a timer",
        libc::SIGTERM => "SIGTERM",
        libc::SIGXCPU => "SIGXCPU, the limit of its time on a core",
        libc::SIGXFSZ => "SIGXFSZ, the limit of a file's size",
        libc::SIGSYS => "SIGSYS, a system call that is not allowed",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_said_to_be_limits() {
        assert_eq!(when_it_kills(None), "where memory is short");
        assert_eq!(
            when_it_kills(Some(7)),
            "where memory is short, or after 7 s on a core (`ulimit -t`)"
        );
        let error = TrialError::Spawn {
            program: "locks".to_owned(),
            source: io::Error::from_raw_os_error(libc::EMFILE),
        };
        let said = error.to_string();
        assert!(said.starts_with("can't start locks: "), "{said}");
        assert!(said.ends_with("or raise `ulimit -n`"), "{said}");
    }
}
