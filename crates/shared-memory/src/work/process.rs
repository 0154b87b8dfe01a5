//! What a worker process is to do, and what it reports.

use std::{
    env, io,
    ops::Range,
    os::unix::process::ExitStatusExt,
    process::{self, Command, ExitStatus},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use test_fixtures::{Outcome, Span, record_span, worker_command};

use crate::Job;

/// In a worker's environment: its order.
const ORDER: &str = "SHARED_MEMORY_ORDER";

/// What a worker is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The whole job.
    pub(crate) job: Job,
    /// Which variant's worker it is.
    pub(crate) variant: String,
    /// The elements that are its own.
    pub(crate) part: Range<usize>,
    /// The name of its service, where it finds one by that.
    #[serde(default)]
    pub(crate) service: String,
}

/// What a worker says when it is done.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The sum of its part.
    pub(crate) outcome: Outcome<f64>,
    /// When it began, on the clock that all processes share.
    pub(crate) start: u64,
    /// When it was done.
    pub(crate) end: u64,
}

impl Order {
    /// The order of this worker process.
    pub(crate) fn read() -> Result<Self> {
        let order = env::var(ORDER).context("a worker is started by a variant")?;
        Ok(serde_json::from_str(&order)?)
    }
}

impl Job {
    /// The command that starts a variant's worker on a part of the job.
    pub(crate) fn worker(
        &self,
        variant: &str,
        part: Range<usize>,
    ) -> io::Result<Command> {
        self.worker_of(variant, part, "")
    }

    /// The same for one that finds its service by this name.
    pub(crate) fn worker_of(
        &self,
        variant: &str,
        part: Range<usize>,
        service: &str,
    ) -> io::Result<Command> {
        let order = Order {
            job: self.clone(),
            variant: variant.to_owned(),
            part,
            service: service.to_owned(),
        };
        let mut command = worker_command()?;
        command.env(ORDER, serde_json::to_string(&order)?);
        Ok(command)
    }

    /// The sum of the array, from how the workers on its parts ended.
    ///
    /// # Errors
    /// A part is not whole.
    pub(crate) fn sum(&self, workers: Vec<process::Output>) -> Result<f64> {
        let parts = self.parts();
        ensure!(
            parts.len() == workers.len(),
            "{} workers, where there are {} parts",
            workers.len(),
            parts.len()
        );
        let ends = parts.zip(workers).enumerate();
        let sums = ends.map(|(number, (part, end))| {
            sum(number, &part, &end).map_err(|why| {
                let Range { start, end } = part;
                anyhow::anyhow!(
                    "worker {number}: {why}; elements {start} to {end} are not whole"
                )
            })
        });
        sums.sum()
    }
}

/// The sum of a worker's part, or how it ended instead.
fn sum(number: usize, part: &Range<usize>, end: &process::Output) -> Result<f64, String> {
    let Ok(report) = serde_json::from_slice::<Report>(&end.stdout) else {
        return Err(ending(end.status));
    };
    record_span(|| Span {
        task: format!("{}..{}", part.start, part.end),
        lane: format!("worker {number}"),
        start: report.start,
        end: report.end,
        note: None,
    });
    match report.outcome {
        Outcome::Ok(sum) if end.status.success() => Ok(sum),
        Outcome::Ok(_) => Err(ending(end.status)),
        Outcome::Failed(failure) => Err(failure.why),
        Outcome::Panicked(message) => Err(format!("it panicked: {message}")),
        other => Err(other.word().to_owned()),
    }
}

/// How a process ended whose report is no sum.
fn ending(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("it was killed by signal {signal}"),
        (None, Some(code)) => format!("it ended with exit code {code} and no report"),
        (None, None) => "it ended".to_owned(),
    }
}
