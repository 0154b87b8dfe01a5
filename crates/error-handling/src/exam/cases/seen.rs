//! Cases that look at more than an output: when attempts were made, and how they ended.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use test_fixtures::{Bench, Checked, Outcome, Settings, Span, TrialError};

use super::STOPPED;
use crate::{ErrorHandling, Output};

/// One trial of the job of these words.
fn trial(
    bench: &Bench<ErrorHandling>,
    job: &str,
    settings: &Settings,
) -> Result<Checked<Output>, TrialError> {
    let args: Vec<_> = job.split_whitespace().collect();
    bench.trial(&args, settings)
}

/// With the attempts, as the work saw them.
fn recorded() -> Settings {
    Settings {
        spans: true,
        ..Settings::default()
    }
}

/// The attempts at a task, as the work saw them.
fn attempts(trial: &Checked<Output>, task: usize) -> Vec<&Span> {
    let name = task.to_string();
    let spans = trial.spans.iter().filter(|span| span.task == name);
    let mut spans: Vec<_> = spans.collect();
    spans.sort_by_key(|span| span.start);
    spans
}

fn notes<'a>(spans: &[&'a Span]) -> Vec<&'a str> {
    let note = |span: &&'a Span| span.note.as_deref().unwrap_or("done");
    spans.iter().map(note).collect()
}

pub(super) fn blocks_no_more(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job = "--tasks 12 --fail 0 --wait 300ms --blocking 3 --timeout 20s";
    let trial = trial(bench, job, &recorded())?;
    // One that begins when another ends does not overlap it.
    let at_once = |now: &Span| {
        let spans = trial.spans.iter();
        spans
            .filter(|span| span.start <= now.start && now.start < span.end)
            .count()
    };
    let most = trial.spans.iter().map(at_once).max();
    let due = match bench.name() {
        "std_only" | "crossbeam" | "rayon" => 3,
        _ => 12,
    };
    ensure!(most == Some(due), "{most:?} at once, not {due}");
    Ok(())
}

pub(super) fn ten_times_the_items(bench: &Bench<ErrorHandling>) -> Result<()> {
    let small = "--wait 1ms --fail 0 --blocking 16 --workers 2 --timeout 60s";
    let peak = |tasks| {
        let job = format!("{small} --tasks {tasks}");
        let trial = trial(bench, &job, &Settings::default())?;
        anyhow::Ok(trial.memory.context("the reply has no memory")?.peak as f64)
    };
    let ratio = peak("10000")? / peak("1000")?;
    ensure!(ratio <= 1.3, "{ratio:.2} times the memory");
    Ok(())
}

pub(super) fn source_chain(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job = "--tasks 2 --fail at:0 --flaky at:1";
    let trial = trial(bench, job, &Settings::default())?;
    let due = [
        "task 0 can't read its record: the value is not a number: \
         invalid digit found in string",
        "task 1 can't reach its store: connection reset",
    ];
    for (outcome, due) in trial.output.outcomes.iter().zip(due) {
        let why = match outcome {
            Outcome::Failed(failure) => failure.why.as_str(),
            other => other.word(),
        };
        ensure!(why == due, "{why:?}, not {due:?}");
    }
    Ok(())
}

pub(super) fn second_batch(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job = "--tasks 16 --panic odd --fail 0 --wait 1s --blocking 8 --timeout 20s";
    let settings = Settings {
        warm: true,
        ..Settings::default()
    };
    let trial = trial(bench, job, &settings)?;
    // Eight that wait fill eight threads once; with one thread lost, two take turns.
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_millis(1900), "it took {took:?}");
    Ok(())
}

pub(super) fn deadline_is_true(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job = "--tasks 1 --hang all --timeout 500ms";
    let trial = trial(bench, job, &Settings::default())?;
    let took = Duration::from_nanos(trial.nanos);
    let limits = Duration::from_millis(500)..Duration::from_millis(600);
    ensure!(limits.contains(&took), "it took {took:?}");
    Ok(())
}

pub(super) fn stops_at_once(bench: &Bench<ErrorHandling>) -> Result<()> {
    let trial = trial(bench, STOPPED, &recorded())?;
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_secs(1), "it took {took:?}");
    for task in (0..10).filter(|task| *task != 7) {
        let notes = notes(&attempts(&trial, task));
        ensure!(notes == ["cut"], "task {task}: {notes:?}");
    }
    Ok(())
}

pub(super) fn stops_in_a_pause(bench: &Bench<ErrorHandling>) -> Result<()> {
    // The two wait for 4 s at least, from about when the fault comes.
    let job = format!("{STOPPED} --flaky at:1,8 --retry 2 --backoff 8s");
    let trial = trial(bench, &job, &recorded())?;
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_secs(1), "it took {took:?}");
    for task in [1, 8] {
        let notes = notes(&attempts(&trial, task));
        ensure!(notes.len() == 1, "task {task} was tried again: {notes:?}");
    }
    Ok(())
}

pub(super) fn waits_for_a_thread(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job = "--policy fail-fast --tasks 50 --fail at:0 --fault-after 50ms --blocking 2 \
               --wait 8s --timeout 20s";
    let trial = trial(bench, job, &recorded())?;
    let fault = attempts(&trial, 0);
    let fault = fault.first().context("task 0 was not tried")?.end;
    let later = trial.spans.iter().filter(|span| span.start > fault).count();
    // One per thread, which the thread took before it could see the fault.
    ensure!(later <= 2, "{later} tasks began after the first fault");
    Ok(())
}

pub(super) fn done_is_kept(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job =
        "--policy fail-fast --fail at:3 --fault-after 1500ms --wait 5ms --timeout 20s";
    let trial = trial(bench, job, &Settings::default())?;
    let outcomes = &trial.output.outcomes;
    let done = outcomes.iter().filter(|one| one.ok().is_some()).count();
    ensure!(done == 9, "{done} of 9 are left: {outcomes:?}");
    Ok(())
}

pub(super) fn only_what_is_safe(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job = "--fail at:0 --flaky at:1 --panic at:2 --retry 1";
    let trial = trial(bench, job, &recorded())?;
    for (task, due) in [
        (0, &["failed"][..]),
        (1, &["failed", "failed"]),
        (2, &["panicked"]),
        (3, &["done"]),
    ] {
        let notes = notes(&attempts(&trial, task));
        ensure!(notes == due, "task {task}: {notes:?}, not {due:?}");
    }
    Ok(())
}

pub(super) fn backs_off(bench: &Bench<ErrorHandling>) -> Result<()> {
    let job = "--fail 0 --flaky all --retry 2 --backoff 100ms --wait 0 --timeout 20s";
    let trial = trial(bench, job, &recorded())?;
    let mut first = Vec::new();
    for task in 0..10 {
        let spans = attempts(&trial, task);
        let notes = notes(&spans);
        ensure!(
            notes == ["failed", "failed", "done"],
            "task {task}: {notes:?}"
        );
        for (pair, least) in spans.windows(2).zip([50_000_000, 100_000_000]) {
            let pause = pair[1].start - pair[0].end;
            ensure!(pause >= least, "task {task} paused for {pause} ns only");
        }
        first.push(spans[1].start - spans[0].end);
    }
    // Ten at random of 50 to 100 ms are so close together once in a hundred million.
    let spread = first.iter().max().zip(first.iter().min());
    let apart = spread.is_some_and(|(most, least)| most - least >= 5_000_000);
    ensure!(apart, "all come back together: after {first:?} ns");
    Ok(())
}

pub(super) fn deadline_covers_attempts(bench: &Bench<ErrorHandling>) -> Result<()> {
    // The second attempt comes after 200 to 400 ms, the third would after 600 to 1,200.
    let job = "--tasks 1 --flaky all --retry 2 --backoff 400ms --timeout 500ms";
    let trial = trial(bench, job, &recorded())?;
    let outcome = &trial.output.outcomes[0];
    ensure!(*outcome == Outcome::TimedOut, "{outcome:?}");
    let notes = notes(&attempts(&trial, 0));
    ensure!(notes == ["failed", "failed"], "{notes:?}");
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_millis(600), "it took {took:?}");
    Ok(())
}
