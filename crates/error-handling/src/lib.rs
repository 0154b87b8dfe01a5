//! Some tasks fail, panic or hang, and the rest must arrive: every outcome, in input order,
//! with its whole chain of causes.

mod cases;
mod check;
pub mod error;
mod job;
pub mod stop;
pub mod variants;
mod which;
pub mod work;

/// What the flag that stops threads is made of. Its tests put loom's in their place.
mod sync {
    pub(crate) use std::sync::{Condvar, Mutex};
}

use anyhow::Result;
use serde::{Deserialize, Serialize};
use test_fixtures::{Case, Facts, Floor, Model, Outcome, Peer, Variant, python_peer};

pub use crate::{
    error::{RecordError, TaskError, outcome},
    job::{Fault, Job, JobArgs, Policy},
    work::{Attempt, Attempts, Done},
};

/// The model.
#[derive(Debug)]
pub struct ErrorHandling;

/// What every variant hands back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The task because of which the others were stopped, if they were.
    pub first: Option<usize>,
    /// What became of each task, in input order.
    pub outcomes: Vec<Outcome<Done>>,
}

impl Model for ErrorHandling {
    const NAME: &'static str = "error-handling";
    const ABOUT: &'static str = "Some tasks fail, panic or hang; every outcome still \
        arrives, in input order, with its causes";
    const COMPARISON: &'static [&'static str] = &[
        "--tasks",
        "256",
        "--wait",
        "80ms",
        "--fail",
        "64",
        "--flaky",
        "32",
        "--panic",
        "4",
        "--retry",
        "2",
        "--timeout",
        "5s",
    ];
    const EXAMPLES: &'static [&'static str] = &[
        "--policy fail-fast --fail at:3 --fault-after 20ms",
        "--fail 0 --flaky 3 --retry 2",
        "--panic 1 --panic-any 1 --hang 1 --timeout 500ms",
    ];
    const LONG: &'static [&'static str] = &["--wait", "20s", "--timeout", "60s"];
    const PAIR: [&'static str; 2] = ["tokio", "smol"];
    const README: &'static str = include_str!("../README.md");

    type Args = JobArgs;
    type Job = Job;
    type Output = Output;
    type Stage = ();

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        &[python_peer! {
            "asyncio.gather(return_exceptions=True), TaskGroup and except*"
        }]
    }

    fn job(args: &JobArgs) -> Result<Job> {
        args.job()
    }

    fn stage(_args: &JobArgs, _job: &mut Job) -> Result<()> {
        Ok(())
    }

    fn describe(job: &Job) -> String {
        job.to_string()
    }

    fn check((): &(), job: &Job, output: &Output) -> Result<Facts> {
        check::check(job, output)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        Ok(check::floor(job))
    }

    fn results(_job: &Job, output: &Output) -> Vec<String> {
        let first = output
            .first
            .map(|task| format!("stopped because of task {task}"));
        let line = |(task, outcome): (usize, &Outcome<Done>)| match outcome {
            Outcome::Ok(Done { value, attempts: 1 }) => format!("{task}: ok, {value}"),
            Outcome::Ok(Done { value, attempts }) => {
                format!("{task}: ok, {value}, after {attempts} attempts")
            }
            Outcome::Failed(failure) => format!("{task}: failed: {}", failure.why),
            Outcome::Panicked(message) => format!("{task}: panicked: {message}"),
            other => format!("{task}: {}", other.word()),
        };
        let lines = output.outcomes.iter().enumerate().map(line);
        first.into_iter().chain(lines).collect()
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![("ASYNC_STD_THREAD_COUNT", job.workers.to_string())]
    }
}
