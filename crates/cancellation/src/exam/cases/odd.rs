//! Odd answers, such as real servers give. Each has the outcome that is due, beside honest
//! ones, and none delays the deadline.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http_origin::{Kind, ODD, Odd};
use test_fixtures::{Bench, Case, Settings};

use crate::{Cancellation, work::Phase};

/// What answers without an end may cost beside what a task takes.
const MOST_GROWTH: u64 = 64 << 20;

/// Long enough for an answer that ends.
const LONG: &str = "20s";
/// Soon enough for what doesn't.
const SOON: &str = "1s";

pub(super) fn cases() -> Vec<Case<Cancellation>> {
    let custom = Case::custom;
    vec![
        custom(
            "odd_status",
            "odd status lines come to what is due",
            |bench| odd(bench, Kind::Status, LONG),
        ),
        custom("odd_interim", "so do answers behind 1xx", |bench| {
            odd(bench, Kind::Interim, LONG)
        }),
        custom("odd_headers", "so do odd headers", |bench| {
            odd(bench, Kind::Head, LONG)
        }),
        custom("odd_lengths", "so do odd lengths", |bench| {
            odd(bench, Kind::Length, LONG)
        }),
        custom("odd_codings", "so do odd transfer codings", |bench| {
            odd(bench, Kind::Coding, LONG)
        }),
        custom("odd_chunks", "so do odd chunks", |bench| {
            odd(bench, Kind::Chunks, LONG)
        }),
        custom("odd_numbers", "what is no number is refused", |bench| {
            odd(bench, Kind::Number, LONG)
        }),
        custom(
            "odd_bodies",
            "so do bodies where a status has none",
            |bench| odd(bench, Kind::Bodiless, LONG),
        ),
        custom(
            "odd_ends",
            "so do answers with something behind them",
            |bench| odd(bench, Kind::End, LONG),
        ),
        custom("odd_locations", "no redirect is followed", |bench| {
            odd(bench, Kind::Location, LONG)
        }),
        custom(
            "silent_answers",
            "what stops coming in the middle of an answer is stopped at the deadline",
            |bench| odd(bench, Kind::Silent, SOON),
        )
        .waits(),
        custom(
            "endless_answers",
            "what never stops coming is stopped at the deadline, and costs no memory",
            |bench| {
                let is_endless = |odd: &Odd| odd.kind == Kind::Endless;
                let took = answers(bench, is_endless, SOON)?;
                ensure!(took < Duration::from_secs(4), "it took {took:?}");
                Ok(())
            },
        ),
    ]
}

fn odd(bench: &Bench<Cancellation>, kind: Kind, deadline: &str) -> Result<()> {
    answers(bench, |odd| odd.kind == kind, deadline).map(drop)
}

/// All such answers at once, and as many honest ones between them. The check knows what is
/// due. Returns how long the job took.
fn answers(
    bench: &Bench<Cancellation>,
    is_such: impl Fn(&Odd) -> bool,
    deadline: &str,
) -> Result<Duration> {
    let answers = ODD.iter().filter(|odd| is_such(odd));
    let paths = answers.enumerate().flat_map(|(nonce, odd)| {
        let honest = format!("/bytes/64/nonce/{nonce}");
        [format!("/odd/{}/nonce/{nonce}", odd.name), honest]
    });
    let paths: Vec<_> = paths.collect();
    // No pool is so small that a blocked worker holds up an honest answer.
    let workers = paths.len().to_string();
    let mut args = vec![
        "--work",
        "fetch",
        "--deadline",
        deadline,
        "--workers",
        &workers,
    ];
    for path in &paths {
        args.extend(["--path", path]);
    }
    let trial = bench.trial(&args, &Settings::default())?;
    for (path, ended) in paths.iter().zip(trial.output.tasks.iter()) {
        let is_honest = path.starts_with("/bytes/");
        ensure!(
            !is_honest || ended.phase == Phase::ReadingBody,
            "{path}: it came only to {}",
            ended.phase
        );
    }
    let memory = trial.memory.context("the reply has no memory")?;
    let grown = memory.peak.saturating_sub(memory.before);
    ensure!(grown < MOST_GROWTH, "its memory grew by {grown} bytes");
    Ok(Duration::from_nanos(trial.nanos))
}
