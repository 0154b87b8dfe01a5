//! What goes wrong, each beside its cure, under a watchdog that makes a finding of a hang.

mod activity;
mod cases;
mod check;
mod floor;
mod hazard;
mod job;
mod judge;
pub mod pieces;
mod runtime;
pub mod variants;
mod watchdog;
pub mod work;
mod worker;

use anyhow::Result;
use test_fixtures::{Case, Facts, Floor, Model, Peer, Variant, python_peer};

pub use crate::{
    hazard::{Hazard, Kind},
    job::{Args, Ended, Finding, Job, Output, Watched},
    work::Record,
};

/// What the Python peer says that it is spared.
const PYTHON_IS_SPARED: [Hazard; 2] = [Hazard::JoinUnderLock, Hazard::Futurelock];

/// The model.
#[derive(Debug)]
pub struct Hazards;

impl Model for Hazards {
    const NAME: &'static str = "hazards";
    const ABOUT: &'static str =
        "What goes wrong, each beside its cure, under a watchdog that ends what hangs";
    const COMPARISON: &'static [&'static str] = &[
        "--hazard",
        "oversubscribed",
        "--only",
        "cure",
        "--turns",
        "100",
    ];
    const EXAMPLES: &'static [&'static str] = &[
        "--hazard futurelock,two-locks",
        "--hazard oversubscribed --tasks 200",
        "--only cure",
    ];
    const LONG: &'static [&'static str] = &["--watchdog", "8s"];
    const PAIR: [&'static str; 2] = ["tokio", "smol"];
    const RESULTS: usize = 9;
    const README: &'static str = include_str!("../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = ();

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        &[python_peer! {
            "threads and asyncio, a process a piece",
            except {
                "cancelled_read": "it does not bite: StreamReader.readexactly takes \
                    nothing out of its buffer before all of it is there \
                    (Lib/asyncio/streams.py of CPython 3.11)"
            }
        }]
    }

    fn job(args: &Args) -> Result<Job> {
        Job::new(args)
    }

    fn stage(_args: &Args, _job: &mut Job) -> Result<()> {
        Ok(())
    }

    fn describe(job: &Job) -> String {
        let hazards = match &job.hazards[..] {
            [one] => one.to_string(),
            all => format!("{} hazards", all.len()),
        };
        let pieces = match &job.pieces[..] {
            [one] => format!("{one} only"),
            _ => "failing and cured".to_owned(),
        };
        format!(
            "{hazards}, {pieces}, {} workers, watchdog {} ms",
            job.workers, job.watchdog_ms
        )
    }

    fn check((): &(), job: &Job, output: &Output) -> Result<Facts> {
        check::check(job, output)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        Ok(floor::floor(job))
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        check::lines(job, output)
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn concerns(job: &Job, name: &str) -> bool {
        let is_spared = |hazard: &Hazard| match variants::named(name) {
            Some(runtime) => runtime.piece(*hazard).is_err(),
            None => name == "python" && PYTHON_IS_SPARED.contains(hazard),
        };
        !job.hazards.iter().all(is_spared)
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![("ASYNC_STD_THREAD_COUNT", job.workers.to_string())]
    }

    fn worker() -> Result<()> {
        worker::serve()
    }
}

#[cfg(test)]
mod tests {
    use super::PYTHON_IS_SPARED;

    /// The peer says so of the same hazards, and of no others.
    #[test]
    fn python_is_spared_what_it_says() {
        let peer = include_str!("../peers/python.py");
        let spared = peer.split_once("SPARED = {\n").expect("it lists them").1;
        let lines = spared.lines().take_while(|line| *line != "}");
        let names = lines.filter_map(|line| line.split('"').nth(1));
        assert!(names.eq(PYTHON_IS_SPARED.iter().map(|hazard| hazard.name())));
    }
}
