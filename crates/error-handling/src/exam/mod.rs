//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod check;
mod selection;

use std::fmt;

use anyhow::Result;
use test_fixtures::{
    Case, Facts, Floor, Model, Outcome, Peer, Variant, peer, python_peer,
};

use crate::{Fault, Job, Output, Policy, variants, work::Done};

pub use args::Args;

/// The model.
#[derive(Debug)]
pub struct ErrorHandling;

impl Model for ErrorHandling {
    const NAME: &'static str = "error-handling";
    const ABOUT: &'static str = "Some tasks fail, panic or hang; every outcome still \
        arrives, in input order, with its causes";
    const COMPARISON: &'static [&'static str] = &[
        "--tasks",
        "256",
        "--wait",
        "60ms",
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
    const COUNTED: &'static [&'static str] =
        &["--tasks", "64", "--wait", "20ms", "--fail", "even"];
    const EACH: &'static str = "task";
    const EXAMPLES: &'static [&'static str] = &[
        "--policy fail-fast --fail at:3 --fault-after 20ms",
        "--fail 0 --flaky 3 --retry 2",
        "--panic 1 --panic-any 1 --hang 1 --timeout 500ms",
    ];
    const LONG: &'static [&'static str] = &["--wait", "20s", "--timeout", "60s"];
    const WIDE: &'static [&'static str] = &["--tasks", "12", "--workers", "4"];
    const ITEM: Result<&'static str, &'static str> = Ok("a task with all its attempts");
    const PAIR: [&'static str; 2] = ["tokio", "smol"];
    const README: &'static str = include_str!("../../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = ();

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        &[
            python_peer! {
                "asyncio.gather(return_exceptions=True), TaskGroup and except*",
                since (3, 11)
            },
            peer!(go.go: "a goroutine a task, and a context to stop them", since (1, 22)),
            peer!(
                node.mjs: "Promise.allSettled, and an AbortController for the others",
                since (18, 17)
            ),
        ]
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
    }

    fn size(job: &Job) -> u64 {
        job.tasks as u64
    }

    fn stage(_args: &Args, _job: &mut Job) -> Result<()> {
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

    fn threads(job: &Job, variant: &str) -> usize {
        let workers = job.workers.get();
        match variant {
            "tokio" | "try_join" | "futures_concurrency" => workers,
            // And the reactor's.
            "smol" | "async_std" => workers + 1,
            _ => 0,
        }
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![("ASYNC_STD_THREAD_COUNT", job.workers.to_string())]
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let Job { tasks, wait_ms, .. } = self;
        write!(f, "{tasks} task{} of {wait_ms} ms", plural(*tasks))?;
        for (fault, word) in [
            (Fault::Fail, "fail"),
            (Fault::Flaky, "flaky"),
            (Fault::Panic, "panic"),
            (Fault::PanicAny, "panic without a message"),
            (Fault::Hang, "hang"),
        ] {
            match self.faults.values().filter(|one| **one == fault).count() {
                0 => {}
                count => write!(f, ", {count} {word}")?,
            }
        }
        match self.policy {
            Policy::Collect => f.write_str("; every outcome is collected"),
            Policy::FailFast => f.write_str("; the first fault stops the others"),
        }
    }
}
