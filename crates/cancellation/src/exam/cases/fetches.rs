//! Fetches that are stopped in each of their phases, and answers that are not whole.

use anyhow::{Result, bail};
use test_fixtures::{Bench, Case, Outcome, Settings};

use crate::{Cancellation, work::Phase};

pub(super) fn cases() -> Vec<Case<Cancellation>> {
    let custom = Case::custom;
    vec![
        Case::holds(
            "many_fetches",
            "400 fetches under way at the deadline are stopped",
            &[
                "--work",
                "fetch",
                "--tasks",
                "400",
                "--length",
                "5s",
                "--deadline",
                "1s",
            ],
        ),
        custom(
            "cancelled_connecting",
            "tasks are stopped while the host doesn't answer",
            |bench| stopped_in(bench, "/unanswered", Phase::Connecting),
        )
        .waits(),
        custom(
            "cancelled_reading_head",
            "tasks are stopped while they wait for the head, and know it",
            |bench| stopped_in(bench, "/hang", Phase::ReadingHead),
        )
        .waits(),
        custom(
            "cancelled_reading_body",
            "tasks are stopped in the middle of a body",
            |bench| stopped_in(bench, "/bytes/4096/stall/1000", Phase::ReadingBody),
        )
        .waits(),
        beside("refused", "nobody listens", "/refused"),
        beside("closed", "closed without an answer is truncated", "/close"),
        beside("garbage", "what is not HTTP is malformed", "/garbage"),
        beside(
            "truncated_body",
            "a body shorter than its Content-Length is no success",
            "/bytes/4096/truncate/1000",
        ),
        beside(
            "reset_body",
            "a connection reset in the body is no success",
            "/bytes/4096/reset/1000",
        ),
        beside(
            "a_panic_in_a_fetch",
            "the others complete",
            "/bytes/10/note/panic",
        ),
    ]
}

/// A faulty answer beside an honest one and one that never comes.
fn beside(
    name: &'static str,
    about: &'static str,
    path: &'static str,
) -> Case<Cancellation> {
    let args = [
        "--work",
        "fetch",
        "--path",
        path,
        "--path",
        "/bytes/10",
        "--path",
        "/hang",
    ];
    Case::holds(name, about, &args).waits()
}

/// All tasks that were begun have come to this phase and are stopped in it. Only a
/// machine that is busy for the whole time can keep them from it, so there are some tries.
fn stopped_in(bench: &Bench<Cancellation>, path: &str, phase: Phase) -> Result<()> {
    let args = ["--work", "fetch", "--path", path, "--tasks", "10"];
    let mut seen = Vec::new();
    for _ in 0..5 {
        let trial = bench.trial(&args, &Settings::default())?;
        let tasks = trial.output.tasks.iter();
        let begun = tasks.filter(|ended| ended.phase != Phase::Queued);
        seen = begun.map(|ended| (ended.outcome, ended.phase)).collect();
        if !seen.is_empty() && seen.iter().all(|one| *one == (Outcome::Cancelled, phase))
        {
            return Ok(());
        }
    }
    bail!("not all were stopped {phase}: {seen:?}")
}
