//! Named jobs with what must come of them.

use anyhow::{Context, Result, bail, ensure};
use test_fixtures::{
    Bench, Case, Model, Settings, Value, job_args, run_trial, stopped_and_continued,
};

use crate::Locks;

/// The variants in which no worker sees the others' increments between its own.
const UNORDERED: &[&str] = &["sharded", "crossbeam", "rayon"];

pub(crate) fn cases() -> Vec<Case<Locks>> {
    vec![
        Case::holds(
            "one_worker",
            "one worker needs no other",
            &["--workers", "1"],
        ),
        Case::holds(
            "one_increment",
            "a worker that increments once is counted once",
            &["--increments", "1"],
        ),
        Case::holds(
            "no_increments",
            "workers without work are done, and the count is nought",
            &["--increments", "0"],
        ),
        Case::holds(
            "more_workers_than_threads",
            "workers beyond the threads wait for their turn and get it",
            &["--workers", "100", "--increments", "1000", "--threads", "2"],
        ),
        Case::holds(
            "more_threads_than_workers",
            "threads without a worker do no harm",
            &["--workers", "2", "--increments", "1000", "--threads", "8"],
        ),
        Case::holds(
            "one_thread",
            "workers that wait do not hold up the only thread",
            &["--workers", "8", "--increments", "10000", "--threads", "1"],
        ),
        Case::holds(
            "panic_while_holding",
            "an increment that a panic leaves half-done does not pass in silence",
            &["--workers", "4", "--increments", "10000", "--panic"],
        ),
        Case::holds(
            "work_under_the_lock",
            "where the lock is held for longer, workers that wait still get it, and \
             nothing is lost",
            &["--workers", "4", "--increments", "200", "--hold", "500"],
        ),
        Case::holds(
            "reads",
            "readers among the increments see each count whole, none goes back, and \
             nothing is lost",
            &["--workers", "4", "--increments", "500", "--reads", "9"],
        ),
        Case::holds(
            "reads_under_the_lock",
            "where readers compute under the lock, they see nothing half-done, and those \
             who increment still get it",
            &[
                "--workers",
                "4",
                "--increments",
                "50",
                "--reads",
                "9",
                "--hold",
                "500",
            ],
        ),
        Case::holds(
            "one_reader",
            "a worker that is alone reads what it has written",
            &["--workers", "1", "--increments", "100", "--reads", "99"],
        ),
        Case::holds(
            "reads_without_increments",
            "a worker reads before its increments, so without one it never reads",
            &["--increments", "0", "--reads", "9"],
        ),
        Case::custom(
            "hold_is_worked",
            "the rounds of --hold take their time in an increment and in a read, a nanosecond \
             each or more",
            hold_is_worked,
        ),
        Case::custom(
            "panic_contained",
            "a panic is that worker's outcome and the others come to their end, also when \
             it is not the first in this process",
            panic_contained,
        ),
        Case::custom(
            "stopped_and_continued",
            "workers and those who wait for them go on where they were stopped, and \
             nothing is lost",
            |bench| {
                // Long enough to be stopped a few times.
                let increments = match bench.name() {
                    "std_atomic" | "sharded" | "rayon" => "5000000",
                    "std_mutex" | "std_rwlock" => "500000",
                    name if name.starts_with("parking_lot") => "500000",
                    _ => "200000",
                };
                let args = ["--workers", "4", "--increments", increments];
                stopped_and_continued(bench, &args)
            },
        ),
        Case::holds(
            "no_panic_without_increments",
            "a worker that never increments is never half-way",
            &["--increments", "0", "--panic"],
        ),
        Case::custom(
            "fairness",
            "the count at which the first worker was done is reported: with one worker \
             after the other it is one worker's share, with perfect fairness nearly all",
            fairness,
        ),
    ]
}

fn hold_is_worked(bench: &Bench<Locks>) -> Result<()> {
    const ROUNDS: u64 = 20 * 100_000;
    for [increments, reads] in [["20", "0"], ["2", "9"]] {
        let mut args = vec!["--workers", "1", "--hold", "100000"];
        args.extend(["--increments", increments, "--reads", reads]);
        let trial = bench.trial(&args, &Settings::default())?;
        // Six operations that wait for each other: no processor has six cycles a
        // nanosecond.
        ensure!(
            trial.nanos >= ROUNDS,
            "{ROUNDS} rounds took {} ns in {increments} increments with {reads} reads each",
            trial.nanos
        );
    }
    Ok(())
}

fn panic_contained(bench: &Bench<Locks>) -> Result<()> {
    panic_contained_by(
        bench,
        &["--workers", "4", "--increments", "10000", "--panic"],
    )?;
    let among_readers = ["--workers", "4", "--increments", "500", "--reads", "9"];
    panic_contained_by(bench, &[&among_readers[..], &["--panic"]].concat())
}

fn panic_contained_by(bench: &Bench<Locks>, args: &[&str]) -> Result<()> {
    let job = Locks::job(&job_args::<Locks>(args)?)?;
    let settings = Settings {
        warm: true,
        ..Settings::default()
    };
    let trial =
        run_trial::<Locks>(bench.program(), bench.runner(), &(), &job, &settings)?;
    // A half-done increment is a breach, not an error: it has a case of its own.
    Locks::check(&(), &job, &trial.output)?;
    let outcomes = &trial.output.outcomes;
    let panicked = outcomes
        .iter()
        .filter(|outcome| outcome.word() == "panicked");
    ensure!(panicked.count() == 1, "not one panic: {outcomes:?}");
    Ok(())
}

fn fairness(bench: &Bench<Locks>) -> Result<()> {
    let args = ["--workers", "4", "--increments", "10000"];
    let facts = bench.trial(&args, &Settings::default())?.facts;
    let fact = facts
        .seen
        .iter()
        .find(|fact| fact.name == "first worker done at");
    if UNORDERED.contains(&bench.name()) {
        ensure!(fact.is_none(), "it has no order, and yet: {facts}");
        return Ok(());
    }
    let fact = fact.context("it does not say when the first worker was done")?;
    let Value::Count(first) = fact.value else {
        bail!("not a count: {fact}");
    };
    ensure!(
        (10_000..=40_000).contains(&first) && fact.of == Some(40_000),
        "out of bounds: {fact}"
    );
    Ok(())
}
