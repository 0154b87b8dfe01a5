//! That the tasks are at work when the deadline falls, all at once, and do little after it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Model, Settings, job_args, run_trial};

use super::stops::TRIES;
use crate::{
    Cancellation, Output,
    work::{Entry, Phase},
};

pub(super) fn cases() -> Vec<Case<Cancellation>> {
    let custom = Case::custom;
    vec![
        custom(
            "under_way",
            "at the deadline as many tasks are at work as may be, by the journal and the origin",
            |bench| one_of_some(|| under_way(bench)),
        ),
        custom(
            "one_piece_after",
            "after the deadline as many pieces of computation are done as there are tasks, at most",
            |bench| one_of_some(|| one_piece_after(bench)),
        ),
        custom(
            "started_too_late",
            "tasks that are not started when the deadline falls hold up no others",
            |bench| one_of_some(|| started_too_late(bench)),
        ),
    ]
}

/// A busy machine can keep tasks from their work, but not always.
fn one_of_some(hold: impl Fn() -> Result<()>) -> Result<()> {
    let mut last = Ok(());
    for _ in 0..TRIES {
        last = hold();
        if last.is_ok() {
            break;
        }
    }
    last
}

/// What a variant returned, what was noted of the work, and how many requests came.
fn seen(bench: &Bench<Cancellation>, job: &str) -> Result<(Output, Vec<Entry>, usize)> {
    let words: Vec<_> = job.split_whitespace().collect();
    let (stage, job) = Cancellation::staged(&job_args::<Cancellation>(&words)?)?;
    let settings = Settings::default();
    let trial = run_trial::<Cancellation>(
        bench.program(),
        bench.runner(),
        &stage,
        &job,
        &settings,
    )?;
    let record = stage.origin().map(|origin| origin.record());
    let requests = record.map_or(0, |record| record.exchanges.len());
    Ok((trial.output, stage.entries()?, requests))
}

/// When the deadline fell, on the clock of the journal.
fn fell(output: &Output, deadline: Duration) -> u64 {
    output.started_ns + deadline.as_nanos() as u64
}

const TASKS: usize = 5;
const WORKERS: usize = 2;
const DEADLINE: Duration = Duration::from_millis(500);

fn under_way(bench: &Bench<Cancellation>) -> Result<()> {
    for (work, more) in [
        ("sleep", "--length 20s"),
        ("fetch", "--path /hang"),
        ("cpu", "--length 20s"),
        ("blocking", "--length 20s --pieces 2000"),
        ("process", "--length 20s"),
    ] {
        let job = format!(
            "--work {work} --tasks {TASKS} --workers {WORKERS} --deadline {DEADLINE:?} {more}"
        );
        let (output, entries, requests) = seen(bench, &job)?;
        let at_once = match bench.name() {
            "std_only" | "crossbeam" => TASKS,
            "rayon" => WORKERS,
            _ if work == "blocking" => WORKERS,
            _ => TASKS,
        };
        let began = |index: &usize| output.tasks.ended(*index).phase != Phase::Queued;
        let begun: Vec<_> = (0..output.tasks.len()).filter(began).collect();
        ensure!(
            begun.len() == at_once,
            "--work {work}: {} of {TASKS} were begun, not {at_once}",
            begun.len()
        );
        match work {
            "sleep" => {}
            "fetch" => ensure!(
                requests == at_once,
                "the origin has {requests} requests, of {at_once} tasks that were begun"
            ),
            _ => {
                let fell = fell(&output, DEADLINE);
                let before = |index| {
                    let by = |entry: &&Entry| entry.task == index && entry.nanos < fell;
                    entries.iter().filter(by).count()
                };
                for index in begun {
                    ensure!(
                        before(index) > 0,
                        "--work {work}: task {index} was begun, and did nothing"
                    );
                }
            }
        }
    }
    Ok(())
}

fn one_piece_after(bench: &Bench<Cancellation>) -> Result<()> {
    let job = format!(
        "--work cpu --tasks {TASKS} --workers {WORKERS} --length 20s --pieces 400 \
         --deadline 330ms"
    );
    let (output, entries, _) = seen(bench, &job)?;
    let fell = fell(&output, Duration::from_millis(330));
    let mut after = BTreeMap::<usize, usize>::new();
    for entry in entries.iter().filter(|entry| entry.nanos > fell) {
        *after.entry(entry.task).or_default() += 1;
    }
    // A timer that is a turn late lets one task do two.
    let (all, most) = (after.values().sum::<usize>(), after.values().max());
    ensure!(
        all <= TASKS && most <= Some(&2),
        "pieces after the deadline, by task: {after:?}"
    );
    Ok(())
}

fn started_too_late(bench: &Bench<Cancellation>) -> Result<()> {
    // On two cores, the threads of a tenth of them leave the one that starts them no time.
    let job = "--work cpu --tasks 1000 --pieces 1000 --deadline 500ms";
    let (output, ..) = seen(bench, job)?;
    let ended = Duration::from_micros(output.ended_us);
    ensure!(ended < 4 * DEADLINE, "it ended after {ended:?}");
    Ok(())
}
