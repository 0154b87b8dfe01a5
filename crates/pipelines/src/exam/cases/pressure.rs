//! How full a pipeline gets, in items and in bytes.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use test_fixtures::{Bench, Case, Checked, Fact, Settings, Value};

use super::quick;
use crate::{Output, Pipelines};

/// A body of a mebibyte, as a flag takes it.
const MEBIBYTE: &str = "1048576";

pub(super) fn cases() -> Vec<Case<Pipelines>> {
    vec![
        Case::custom(
            "slow_last_stage",
            "the queues before it fill, and hold no more than they may",
            slow_last_stage,
        ),
        Case::custom(
            "all_workers_work",
            "in the slowest stage as many are at work as it has workers",
            all_workers_work,
        ),
        Case::custom(
            "slow_last_stage_in_flat_memory",
            "ten times the bodies of 1 MiB take at most 1.3 times the memory",
            |bench| {
                let flags = |items| {
                    let sizes = ["--bytes", MEBIBYTE, "--workers", "1", "--queue", "2"];
                    let times = ["--latency", "0ms", "--process", "0ms", "--save", "5ms"];
                    [&["--items", items][..], &sizes, &times].concat()
                };
                at_most_as_much_again(bench, &flags("12"), &flags("120"))
            },
        ),
        Case::custom(
            "ten_times_the_items",
            "ten times the items take at most 1.3 times the memory",
            |bench| {
                let flags =
                    |items| quick(&["--items", items, "--workers", "4", "--no-sync"]);
                at_most_as_much_again(bench, &flags("300"), &flags("3000"))
            },
        ),
    ]
}

fn slow_last_stage(bench: &Bench<Pipelines>) -> Result<()> {
    let args = [
        "--items",
        "24",
        "--workers",
        "1",
        "--queue",
        "3",
        "--latency",
        "2ms",
        "--process",
        "0ms",
        "--save",
        "40ms",
    ];
    // One at each of three stages and three in each of two queues, and no more: that is
    // the check's. That the queues are in use is ours.
    let trial = bench.trial(&args, &Settings::default())?;
    for (name, least) in [("in flight", 9), ("deepest before save", 4)] {
        let seen = count(&trial, name)?;
        ensure!(seen >= least, "{name} {seen}, where {least} fit in");
    }
    Ok(())
}

fn all_workers_work(bench: &Bench<Pipelines>) -> Result<()> {
    for (step, flag) in [("process", "--process"), ("save", "--save")] {
        let args = quick(&["--items", "8", "--workers", "4"]);
        let trial = bench.trial(
            &[&args[..], &[flag, "150ms"]].concat(),
            &Settings::default(),
        )?;
        // Two turns, where one fewer at work would make it three.
        let took = Duration::from_nanos(trial.nanos);
        ensure!(
            took < Duration::from_millis(430),
            "8 items in {step} took {took:?}"
        );
    }
    Ok(())
}

fn count(trial: &Checked<Output>, name: &str) -> Result<u64> {
    let mut seen = trial.facts.seen.iter();
    match seen.find(|fact| fact.name == name) {
        Some(Fact {
            value: Value::Count(count),
            ..
        }) => Ok(*count),
        other => bail!("no count {name:?}, but {other:?}"),
    }
}

fn at_most_as_much_again(
    bench: &Bench<Pipelines>,
    once: &[&str],
    tenfold: &[&str],
) -> Result<()> {
    let peak = |args: &[&str]| -> Result<u64> {
        let trial = bench.trial(args, &Settings::default())?;
        Ok(trial.memory.context("no memory reported")?.peak)
    };
    let (once, tenfold) = (peak(once)?, peak(tenfold)?);
    let ratio = tenfold as f64 / once as f64;
    ensure!(
        ratio <= 1.3,
        "{tenfold} bytes after {once}: {ratio:.2} times as much"
    );
    Ok(())
}
