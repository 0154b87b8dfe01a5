//! What stands around the hazards: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod check;
mod floor;
mod judge;
mod survey;
mod worker;

use std::{ffi::OsString, ops::RangeInclusive};

use anyhow::Result;
use test_fixtures::{
    Case, Facts, Floor, Model, Peer, Surveyed, Variant, peer, python_peer,
};

use crate::{
    Hazard, Job, Output,
    hazards::{self, CLIENTS},
    variants,
};

pub use args::Args;

/// The model.
#[derive(Debug)]
pub struct Hazards;

/// Those that concern goroutines, of which the peer in Go has pieces.
const OF_GOROUTINES: [Hazard; 7] = [
    Hazard::LostUpdate,
    Hazard::TwoLocks,
    Hazard::LeakedSender,
    Hazard::CancelledRead,
    Hazard::CancelledSend,
    Hazard::Grandchildren,
    Hazard::RetryStorm,
];

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
    // What hangs takes until the watchdog ends it, so it is short here.
    const SURVEY: Option<&'static [&'static str]> =
        Some(&["--watchdog", "150ms", "--block", "50ms"]);
    const EXAMPLES: &'static [&'static str] = &[
        "--hazard futurelock,two-locks",
        "--hazard oversubscribed --tasks 200",
        "--only cure",
    ];
    const LONG: &'static [&'static str] = &["--watchdog", "8s"];
    const WIDE: &'static [&'static str] = &["--hazard", "blocked-executor,leaked-sender"];
    const ITEM: Result<&'static str, &'static str> =
        Err("its pieces go wrong, and are no items");
    const PAIR: [&'static str; 2] = ["tokio", "smol"];
    const RESULTS: usize = 19;
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
                "threads and asyncio, a process a piece",
                since (3, 11),
                except {
                    "cancelled_read": "StreamReader.readexactly takes nothing out of its \
                        buffer before all of it is there \
                        (CPython 3.11, asyncio/streams.py, readexactly)"
                }
            },
            peer!(go.go: "goroutines, a process a piece", since (1, 22)),
            peer!(
                node.mjs: "promises and worker threads, a process a piece",
                since (18, 0)
            ),
        ]
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
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

    fn impossible(output: &Output, was_there: &RangeInclusive<u64>) -> Option<String> {
        judge::impossible(output, was_there)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        Ok(floor::floor(job))
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        check::lines(job, output)
    }

    fn survey(job: &Job, output: &Output) -> Vec<Surveyed> {
        survey::survey(job, output)
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn concerns(job: &Job, name: &str) -> bool {
        let is_spared = |hazard: &Hazard| match name {
            "go" => !OF_GOROUTINES.contains(hazard),
            _ => hazards::spared(name, *hazard).is_some(),
        };
        !job.hazards.iter().all(is_spared)
    }

    fn threads(job: &Job, _variant: &str) -> usize {
        let tasks = match job.hazards.contains(&Hazard::Oversubscribed) {
            true => job.tasks,
            false => 0,
        };
        let clients = match job.hazards.contains(&Hazard::RetryStorm) {
            true => CLIENTS as usize,
            false => 0,
        };
        // A piece that lacks a thread would seem to hang. Each has a process, with a main
        // thread, and a reactor's.
        job.workers.get() + tasks.max(clients) + 3
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![("ASYNC_STD_THREAD_COUNT", job.workers.to_string())]
    }

    fn worker(_words: &[OsString]) -> Result<()> {
        worker::serve()
    }
}

#[cfg(test)]
mod tests;
