//! Worker processes: how one is started, what it is told, and how it is seen to end.

use std::{
    env,
    fs::File,
    io::{self, Read},
    ops::Range,
    os::{fd::AsFd, unix::process::ExitStatusExt},
    panic::{self, catch_unwind},
    process::{Child, ExitStatus, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use test_fixtures::{
    Class, Failure, Outcome, Span, end_with_pool, monotonic_nanos, print, record_span,
    worker_command,
};

use crate::{
    Job,
    variants::{mmap, pipe, ring},
};

/// In a worker's environment: its order. Its standard input is what it shares with whoever
/// started it, memory or a pipe; its standard output is for its report.
const ORDER: &str = "SHARED_MEMORY_ORDER";

/// What a worker is to do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// The whole job.
    pub job: Job,
    /// Which variant's worker it is.
    variant: String,
    /// Which of the job's parts is its own.
    number: usize,
}

/// What a worker says when it is done.
#[derive(Debug, Serialize, Deserialize)]
struct Report {
    /// The sum of its part.
    outcome: Outcome<f64>,
    /// When it began, on the clock that all processes share.
    start: u64,
    /// When it was done.
    end: u64,
}

/// A worker process, killed and reaped when it is dropped.
#[derive(Debug)]
pub struct Worker {
    number: usize,
    part: Range<usize>,
    child: Child,
}

impl Order {
    /// The elements that are this worker's.
    pub fn part(&self) -> Range<usize> {
        let part = self.job.parts().nth(self.number);
        part.expect("the pool has started no more workers than there are parts")
    }

    /// Its part in stretches of so many elements.
    pub fn stretches(&self, len: usize) -> impl Iterator<Item = Range<usize>> {
        let Range { start, end } = self.part();
        (start..end)
            .step_by(len)
            .map(move |first| first..end.min(first + len))
    }

    /// Its part in messages.
    pub fn messages(&self) -> impl Iterator<Item = Range<usize>> {
        self.stretches(self.job.batch.get())
    }
}

impl Worker {
    /// Starts one on a part of the job. What is `shared` becomes its standard input.
    pub fn start(
        job: &Job,
        variant: &str,
        (number, part): (usize, Range<usize>),
        shared: Stdio,
    ) -> Result<Self> {
        let order = Order {
            job: job.clone(),
            variant: variant.to_owned(),
            number,
        };
        let child = worker_command()?
            .env(ORDER, serde_json::to_string(&order)?)
            .stdin(shared)
            .stdout(Stdio::piped())
            .spawn()
            .context("can't start a worker")?;
        Ok(Self {
            number,
            part,
            child,
        })
    }

    /// Waits for its report and its end, and returns its part's sum.
    ///
    /// # Errors
    /// It ended in another way, and what it was to do is not whole.
    pub fn finish(mut self) -> Result<f64> {
        let mut text = String::new();
        let stdout = self.child.stdout.as_mut().expect("stdout is piped");
        stdout.read_to_string(&mut text)?;
        let status = self.child.wait()?;
        let why = match serde_json::from_str(&text) {
            Ok(Report {
                outcome,
                start,
                end,
            }) => {
                record_span(Span {
                    task: format!("{}..{}", self.part.start, self.part.end),
                    lane: format!("worker {}", self.number),
                    start,
                    end,
                    note: None,
                });
                match outcome {
                    Outcome::Ok(sum) => return Ok(sum),
                    Outcome::Failed(failure) => failure.why,
                    Outcome::Panicked(message) => format!("it panicked: {message}"),
                    other => other.word().to_owned(),
                }
            }
            Err(_) => ending(status),
        };
        let Range { start, end } = self.part;
        bail!(
            "worker {}: {why}; elements {start} to {end} are not whole",
            self.number
        )
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // One that has ended by itself is what we want, so an error is no news.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// How a process ended that said nothing.
fn ending(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("it was killed by signal {signal}"),
        (None, Some(code)) => format!("it ended with exit code {code} and no report"),
        (None, None) => "it ended".to_owned(),
    }
}

/// Does what the order in the environment says, and reports on standard output.
pub(crate) fn serve() -> Result<()> {
    end_with_pool()?;
    // What a panic has to say goes into the report.
    panic::set_hook(Box::new(|_| {}));
    let order = env::var(ORDER).context("a worker is started by a variant")?;
    let order: Order = serde_json::from_str(&order)?;
    let work = match &*order.variant {
        "mmap" => mmap::work,
        "pipe" => pipe::work,
        "ring" => ring::work,
        other => bail!("{other} has no workers"),
    };
    let start = monotonic_nanos();
    let outcome = match catch_unwind(|| work(&order)) {
        Ok(Ok(sum)) => Outcome::Ok(sum),
        Ok(Err(error)) => Outcome::Failed(Failure {
            class: Class::Other,
            why: format!("{error:#}"),
        }),
        Err(panic) => Outcome::from(panic),
    };
    let report = Report {
        outcome,
        start,
        end: monotonic_nanos(),
    };
    print(&serde_json::to_string(&report)?)
}

/// What a worker shares with whoever started it.
pub(crate) fn shared() -> io::Result<File> {
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}
