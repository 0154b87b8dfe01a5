//! Named jobs with what must come of them.

use std::{collections::BTreeMap, env};

use anyhow::{Context, Result, ensure};
use test_fixtures::{Bench, Case, Settings, job_args};

use super::judge;
use crate::{Ended, Finding, Hazard, Hazards};

pub(crate) fn cases() -> Vec<Case<Hazards>> {
    let mut cases = vec![
        Case::holds(
            "lost_update",
            "a load and a store lose updates, an add loses none",
            &["--hazard", "lost-update"],
        ),
        Case::holds(
            "two_locks",
            "two locks in two orders hang, in one order they don't",
            &["--hazard", "two-locks"],
        )
        .waits(),
        Case::holds(
            "blocked_executor",
            "a heartbeat is as late as the executor is blocked, and is not if something \
             else is",
            &[
                "--hazard",
                "blocked-executor",
                "--block",
                "300ms",
                "--watchdog",
                "1s",
            ],
        ),
        Case::holds(
            "guard_across_await",
            "a guard across an await hangs on one thread, one that ends before doesn't",
            &["--hazard", "guard-across-await"],
        )
        .waits(),
        Case::holds(
            "join_under_lock",
            "a join under a lock hangs, a lock after the join doesn't",
            &["--hazard", "join-under-lock"],
        )
        .waits(),
        Case::holds(
            "oversubscribed",
            "one thread per task switches at every turn, one per core hardly ever",
            &["--hazard", "oversubscribed"],
        ),
        Case::holds(
            "leaked_sender",
            "a receiver waits as long as a sender lives, and no longer",
            &["--hazard", "leaked-sender"],
        )
        .waits(),
        Case::holds(
            "cancelled_read",
            "a read that is cancelled half-way loses its bytes, one that continues doesn't",
            &["--hazard", "cancelled-read"],
        )
        .waits(),
        Case::holds(
            "futurelock",
            "a waiter that is not polled stops those behind it, a task doesn't",
            &["--hazard", "futurelock"],
        )
        .waits(),
        Case::holds(
            "starved_deadline",
            "a deadline beside a peer that always has more is missed, unless the work gives \
             way",
            &[
                "--hazard",
                "starved-deadline",
                "--block",
                "300ms",
                "--watchdog",
                "1s",
            ],
        ),
        Case::holds(
            "cancelled_send",
            "a send that is cancelled loses its message, one that continues doesn't",
            &["--hazard", "cancelled-send"],
        )
        .waits(),
        Case::holds(
            "starved_connection",
            "a connection is read from only where something polls it, as it does a task",
            &[
                "--hazard",
                "starved-connection",
                "--block",
                "300ms",
                "--watchdog",
                "1s",
            ],
        )
        .waits(),
        Case::holds(
            "biased_select",
            "a stop behind what is always ready is not seen, unless the order changes",
            &[
                "--hazard",
                "biased-select",
                "--block",
                "300ms",
                "--watchdog",
                "1s",
            ],
        ),
        Case::holds(
            "shared_budget",
            "what uses up a task's budget starves what stands behind it, unless the order \
             changes",
            &[
                "--hazard",
                "shared-budget",
                "--block",
                "300ms",
                "--watchdog",
                "1s",
            ],
        ),
        Case::holds(
            "lagging_broadcast",
            "a lag ends a receiver that takes it for the end, and no other",
            &["--hazard", "lagging-broadcast"],
        ),
        Case::holds(
            "pool_of_one",
            "a pool of one thread waits for itself, and not for another thread",
            &["--hazard", "pool-of-one"],
        )
        .waits(),
        Case::holds(
            "unseen_panic",
            "a panic is seen by who joins, and by nobody else",
            &["--hazard", "unseen-panic"],
        ),
        Case::holds(
            "grandchildren",
            "a killed shell's child runs on, unless its group is killed",
            &["--hazard", "grandchildren"],
        ),
        Case::holds(
            "retry_storm",
            "clients come again at once, unless each draws its pause",
            &[
                "--hazard",
                "retry-storm",
                "--block",
                "300ms",
                "--watchdog",
                "1s",
            ],
        )
        .waits(),
    ];
    cases.extend(sizes());
    cases.extend([
        Case::holds(
            "slow_is_not_hung",
            "what is at work for longer than the watchdog's time is let go on",
            &[
                "--hazard",
                "oversubscribed",
                "--only",
                "cure",
                "--turns",
                "1000",
                "--watchdog",
                "20ms",
            ],
        ),
        Case::custom(
            "hung_is_ended",
            "what hangs is ended once the watchdog's time is up, not before and not long \
             after, and leaves no process",
            hung_is_ended,
        )
        .waits(),
        Case::custom(
            "cures_leak_nothing",
            "a cure that is done again in its process leaves no more threads and \
             descriptors than it did before",
            cures_leak_nothing,
        ),
        Case::custom(
            "bites_often",
            "what fails bites at the first attempt, 19 times of 20, and each cure holds",
            bites_often,
        ),
        Case::custom(
            "same_hazard_twice",
            "a hazard that is asked for twice is run twice",
            same_hazard_twice,
        ),
    ]);
    cases
}

/// The same with other numbers.
fn sizes() -> Vec<Case<Hazards>> {
    vec![
        Case::holds(
            "one_message",
            "one message is enough to be waited for, cut and lost",
            &[
                "--hazard",
                "leaked-sender,cancelled-read,cancelled-send,lagging-broadcast,pool-of-one",
                "--messages",
                "1",
            ],
        )
        .waits(),
        Case::holds(
            "more_workers_than_cores",
            "more workers than cores change nothing",
            &[
                "--hazard",
                "lost-update,two-locks,join-under-lock,leaked-sender",
                "--workers",
                "8",
            ],
        ),
        Case::holds(
            "failing_alone",
            "the failing pieces can be asked for alone",
            &["--hazard", "lost-update,leaked-sender", "--only", "failing"],
        ),
        Case::holds(
            "cures_alone",
            "the cures can be asked for alone, and all of them hold",
            &["--only", "cure", "--block", "300ms", "--watchdog", "1s"],
        ),
    ]
}

fn hung_is_ended(bench: &Bench<Hazards>) -> Result<()> {
    const LIMIT: u64 = 300;
    let hanging = Hazard::all().iter().filter(|hazard| hazard.hangs());
    let names: Vec<_> = hanging.map(|hazard| hazard.name()).collect();
    let names = names.join(",");
    let args = [
        "--only",
        "failing",
        "--watchdog",
        "300ms",
        "--hazard",
        &names,
    ];
    let trial = bench.trial(&args, &Settings::default())?;
    for Finding {
        hazard, failing, ..
    } in &trial.output.findings
    {
        let Some(failing) = failing else { continue };
        ensure!(
            matches!(failing.ended, Ended::Hung(1..)),
            "{hazard} did not hang: {:?}",
            failing.ended
        );
        let milliseconds = failing.nanos / 1_000_000;
        ensure!(
            (LIMIT..LIMIT + 2_000).contains(&milliseconds),
            "{hazard} was ended after {milliseconds} ms"
        );
    }
    ensure!(
        trial.left_behind == 0,
        "{} processes left",
        trial.left_behind
    );
    Ok(())
}

fn cures_leak_nothing(bench: &Bench<Hazards>) -> Result<()> {
    let settings = Settings {
        warm: true,
        ..Settings::default()
    };
    let args = ["--only", "cure", "--block", "300ms", "--watchdog", "1s"];
    bench.trial(&args, &settings)?;
    Ok(())
}

/// `INTERLEAVE_BITES` is how often each is run that bites at once; without it those are that
/// a busy machine is the most likely to keep from it, a few times.
fn bites_often(bench: &Bench<Hazards>) -> Result<()> {
    let asked = env::var("INTERLEAVE_BITES").ok();
    let asked = asked.and_then(|runs| runs.parse::<usize>().ok());
    let runs = asked.unwrap_or(2);
    let is_run = |hazard: &&Hazard| match asked {
        Some(_) => hazard.bites_at_once(),
        None => hazard.is_timed() && !hazard.is_late(),
    };
    let names: Vec<_> = Hazard::all()
        .iter()
        .filter(is_run)
        .map(|one| one.name())
        .collect();
    let names = names.join(",");
    let args = [
        "--hazard",
        &names,
        "--block",
        "100ms",
        "--watchdog",
        "300ms",
    ];
    let job = job_args::<Hazards>(&args)?.job()?;
    let mut missed = BTreeMap::<_, usize>::new();
    for _ in 0..runs {
        // A cure that doesn't hold is an error here.
        let trial = bench.trial(&args, &Settings::default())?;
        for Finding {
            hazard, failing, ..
        } in &trial.output.findings
        {
            let Some(failing) = failing else { continue };
            let bite = judge::bite(*hazard, &job, failing)?;
            let is_bitten = bite.is_some() && failing.attempts == 1;
            *missed.entry(hazard.name()).or_default() += usize::from(!is_bitten);
        }
    }
    let most = (runs / 20).max(1);
    missed.retain(|_, times| *times > most);
    ensure!(
        missed.is_empty(),
        "of {runs} runs these did not bite: {missed:?}"
    );
    Ok(())
}

fn same_hazard_twice(bench: &Bench<Hazards>) -> Result<()> {
    let args = [
        "--hazard",
        "oversubscribed,oversubscribed",
        "--only",
        "cure",
    ];
    let trial = bench.trial(&args, &Settings::default())?;
    let cured = trial.facts.seen.first().context("no facts")?;
    ensure!(cured.of == Some(2), "not two: {}", trial.facts);
    Ok(())
}
