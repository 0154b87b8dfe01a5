//! Named jobs with what must come of them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use test_fixtures::{Bench, Case, Checked, Outcome, Settings, Span};

use crate::{ErrorHandling, Output};

/// One task that fails after the others have begun, and others that would take far longer.
const STOPPED: [&str; 10] = [
    "--policy",
    "fail-fast",
    "--fail",
    "at:7",
    "--fault-after",
    "50ms",
    "--wait",
    "8s",
    "--timeout",
    "20s",
];

pub(crate) fn cases() -> Vec<Case<ErrorHandling>> {
    let mut cases = shapes();
    cases.extend(faults());
    cases.extend(stops());
    cases.extend(retries());
    cases
}

fn shapes() -> Vec<Case<ErrorHandling>> {
    vec![
        Case::holds("no_items", "no tasks, no outcomes", &["--tasks", "0"]),
        Case::holds(
            "no_items_fail_fast",
            "nothing can stop what has no tasks",
            &["--tasks", "0", "--policy", "fail-fast"],
        ),
        Case::holds("one_item", "one task fails alone", &["--tasks", "1"]),
        Case::holds(
            "none_fails",
            "if nothing goes wrong, all is done",
            &["--fail", "0", "--policy", "fail-fast"],
        ),
        Case::holds(
            "one_worker",
            "one thread is enough, and a fault does not take it away",
            &[
                "--workers",
                "1",
                "--blocking",
                "1",
                "--wait",
                "10ms",
                "--panic",
                "at:1",
            ],
        ),
        Case::holds(
            "fewer_items_than_workers",
            "threads without a task do no harm",
            &["--tasks", "3", "--workers", "8", "--blocking", "8"],
        ),
        Case::custom(
            "ten_times_the_items",
            "ten times the tasks take at most 1.3 times the memory",
            ten_times_the_items,
        ),
    ]
}

fn faults() -> Vec<Case<ErrorHandling>> {
    vec![
        Case::holds(
            "some_fail",
            "so many of so many fail: both lists are whole, in input order",
            &["--tasks", "100", "--fail", "37", "--wait", "5ms"],
        ),
        Case::holds("all_fail", "all may fail", &["--fail", "all"]),
        Case::holds(
            "panics",
            "a panic is its task's outcome, with its message or without one",
            &["--panic", "at:1,4", "--panic-any", "at:3,8"],
        ),
        Case::holds(
            "all_panic",
            "all may panic",
            &["--tasks", "40", "--panic", "all", "--blocking", "4"],
        ),
        Case::holds(
            "every_fault",
            "each fault is one outcome, and the others arrive",
            &[
                "--tasks",
                "60",
                "--fail",
                "10",
                "--flaky",
                "10",
                "--panic",
                "5",
                "--panic-any",
                "5",
                "--hang",
                "5",
                "--timeout",
                "1500ms",
                "--retry",
                "2",
                "--wait",
                "5ms",
            ],
        ),
        Case::custom(
            "source_chain",
            "an error keeps its causes, down to the innermost one",
            source_chain,
        ),
        Case::custom(
            "second_batch",
            "after a job in which half panicked, the next one runs at full width",
            second_batch,
        ),
        Case::holds(
            "deadline_before_end",
            "a task that would end after its deadline is given up",
            &["--fail", "at:3", "--wait", "5s", "--timeout", "100ms"],
        ),
        Case::custom(
            "deadline_is_true",
            "a deadline is never early, and late by at most 20 %",
            deadline_is_true,
        ),
    ]
}

fn stops() -> Vec<Case<ErrorHandling>> {
    let among_many = [&STOPPED[..], &["--tasks", "100"]].concat();
    let first_in_time = [&STOPPED[..], &["--hang", "at:1"]].concat();
    vec![
        Case::holds(
            "siblings_stopped",
            "the first fault stops the others, and they are recorded as cancelled",
            &STOPPED,
        ),
        Case::holds(
            "siblings_stopped_among_many",
            "so it does if there are many",
            &among_many,
        ),
        Case::holds(
            "first_in_time",
            "the first fault is the first that happens, not the first in input order",
            &first_in_time,
        ),
        Case::holds(
            "panic_stops",
            "a panic stops the others, too",
            &[
                "--policy",
                "fail-fast",
                "--fail",
                "0",
                "--panic-any",
                "at:7",
                "--wait",
                "8s",
                "--timeout",
                "20s",
            ],
        ),
        Case::holds(
            "timeout_stops",
            "so does a deadline that passes",
            &[
                "--policy",
                "fail-fast",
                "--fail",
                "0",
                "--hang",
                "at:7",
                "--timeout",
                "100ms",
                "--tasks",
                "8",
                "--wait",
                "0",
            ],
        ),
        Case::custom(
            "stops_at_once",
            "siblings are cut where they wait, and the job ends with them",
            stops_at_once,
        ),
        Case::custom(
            "done_is_kept",
            "what was done before the first fault is not lost with it",
            done_is_kept,
        ),
        Case::holds(
            "waits_for_a_thread",
            "a task that waits for a thread when the first fault comes never begins",
            &[
                "--policy",
                "fail-fast",
                "--tasks",
                "50",
                "--fail",
                "at:0",
                "--blocking",
                "2",
                "--wait",
                "10ms",
            ],
        ),
    ]
}

fn retries() -> Vec<Case<ErrorHandling>> {
    vec![
        Case::holds(
            "retry_helps",
            "a transient error is tried again, and the third attempt succeeds",
            &[
                "--fail", "0", "--flaky", "all", "--retry", "2", "--wait", "5ms",
            ],
        ),
        Case::holds(
            "retries_run_out",
            "with one retry too few, the last error is the outcome",
            &[
                "--fail", "0", "--flaky", "3", "--retry", "1", "--wait", "5ms",
            ],
        ),
        Case::custom(
            "only_what_is_safe",
            "only a transient error is tried again: not a broken record, not a panic",
            only_what_is_safe,
        ),
        Case::custom(
            "backs_off",
            "each pause is at least half of twice the one before, and not the same for all",
            backs_off,
        ),
        Case::custom(
            "deadline_covers_attempts",
            "the deadline is one for all attempts, and passes in a pause, too",
            deadline_covers_attempts,
        ),
        Case::holds(
            "retry_under_fail_fast",
            "an error that a retry mends stops nobody",
            &[
                "--policy",
                "fail-fast",
                "--fail",
                "0",
                "--flaky",
                "5",
                "--retry",
                "2",
                "--wait",
                "5ms",
            ],
        ),
    ]
}

fn told() -> Settings {
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

fn ten_times_the_items(bench: &Bench<ErrorHandling>) -> Result<()> {
    let peak = |tasks| {
        let args = [
            "--tasks",
            tasks,
            "--wait",
            "1ms",
            "--fail",
            "0",
            "--blocking",
            "16",
            "--workers",
            "2",
            "--timeout",
            "60s",
        ];
        let trial = bench.trial(&args, &Settings::default())?;
        anyhow::Ok(trial.memory.context("the reply has no memory")?.peak as f64)
    };
    let ratio = peak("10000")? / peak("1000")?;
    ensure!(ratio <= 1.3, "{ratio:.2} times the memory");
    Ok(())
}

fn source_chain(bench: &Bench<ErrorHandling>) -> Result<()> {
    let args = ["--tasks", "2", "--fail", "at:0", "--flaky", "at:1"];
    let trial = bench.trial(&args, &Settings::default())?;
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

fn second_batch(bench: &Bench<ErrorHandling>) -> Result<()> {
    let args = [
        "--tasks",
        "16",
        "--panic",
        "odd",
        "--fail",
        "0",
        "--wait",
        "1s",
        "--blocking",
        "8",
        "--timeout",
        "20s",
    ];
    let settings = Settings {
        warm: true,
        ..Settings::default()
    };
    let trial = bench.trial(&args, &settings)?;
    // Eight that wait fill eight threads once; with one thread lost, two take turns.
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_millis(1900), "it took {took:?}");
    Ok(())
}

fn deadline_is_true(bench: &Bench<ErrorHandling>) -> Result<()> {
    let args = ["--tasks", "1", "--hang", "all", "--timeout", "500ms"];
    let trial = bench.trial(&args, &Settings::default())?;
    let took = Duration::from_nanos(trial.nanos);
    let limits = Duration::from_millis(500)..Duration::from_millis(600);
    ensure!(limits.contains(&took), "it took {took:?}");
    Ok(())
}

fn stops_at_once(bench: &Bench<ErrorHandling>) -> Result<()> {
    let trial = bench.trial(&STOPPED, &told())?;
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_secs(1), "it took {took:?}");
    for task in (0..10).filter(|task| *task != 7) {
        let notes = notes(&attempts(&trial, task));
        ensure!(notes == ["cut"], "task {task}: {notes:?}");
    }
    Ok(())
}

fn done_is_kept(bench: &Bench<ErrorHandling>) -> Result<()> {
    let args = [
        "--policy",
        "fail-fast",
        "--fail",
        "at:3",
        "--fault-after",
        "1500ms",
        "--wait",
        "5ms",
        "--timeout",
        "20s",
    ];
    let trial = bench.trial(&args, &Settings::default())?;
    let outcomes = &trial.output.outcomes;
    let done = outcomes.iter().filter(|one| one.ok().is_some()).count();
    ensure!(done == 9, "{done} of 9 are left: {outcomes:?}");
    Ok(())
}

fn only_what_is_safe(bench: &Bench<ErrorHandling>) -> Result<()> {
    let args = [
        "--fail", "at:0", "--flaky", "at:1", "--panic", "at:2", "--retry", "1",
    ];
    let trial = bench.trial(&args, &told())?;
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

fn backs_off(bench: &Bench<ErrorHandling>) -> Result<()> {
    let args = [
        "--fail",
        "0",
        "--flaky",
        "all",
        "--retry",
        "2",
        "--backoff",
        "100ms",
        "--wait",
        "0",
        "--timeout",
        "20s",
    ];
    let trial = bench.trial(&args, &told())?;
    let mut begun = Vec::new();
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
        begun.push(spans[1].start - spans[0].end);
    }
    let (least, most) = (begun.iter().min(), begun.iter().max());
    let apart = most.zip(least).map_or(0, |(most, least)| most - least);
    ensure!(apart > 2_000_000, "all came back within {apart} ns");
    Ok(())
}

fn deadline_covers_attempts(bench: &Bench<ErrorHandling>) -> Result<()> {
    // The second attempt comes after 200 to 400 ms, the third would after 600 to 1,200.
    let args = [
        "--tasks",
        "1",
        "--flaky",
        "all",
        "--retry",
        "2",
        "--backoff",
        "400ms",
        "--timeout",
        "500ms",
    ];
    let trial = bench.trial(&args, &told())?;
    let outcome = &trial.output.outcomes[0];
    ensure!(*outcome == Outcome::TimedOut, "{outcome:?}");
    let notes = notes(&attempts(&trial, 0));
    ensure!(notes == ["failed", "failed"], "{notes:?}");
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_millis(600), "it took {took:?}");
    Ok(())
}
