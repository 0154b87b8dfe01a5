//! What must come of which job.

use std::{env, fs, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use fetching::cases::{beside, given_up_before, paths};
use origin::Origin;
use test_fixtures::{
    Bench, Case, Checked, Fact, Model, Settings, TrialError, Value, job_args, run_trial,
};

use crate::{Output, Pipelines};

/// A body of a mebibyte, as a flag takes it.
const MEBIBYTE: &str = "1048576";

pub(crate) fn cases() -> Vec<Case<Pipelines>> {
    let mut cases = sizes();
    cases.extend(items());
    cases.extend(fetching::cases::faults());
    cases.extend(fetching::cases::tls());
    cases.extend(fetching::cases::trust());
    cases.extend(fetching::cases::for_good());
    cases.extend(ends());
    cases.extend(pressure());
    cases
}

fn sizes() -> Vec<Case<Pipelines>> {
    let holds = Case::holds;
    vec![
        holds(
            "no_items",
            "nothing to fetch is no error",
            &["--items", "0"],
        ),
        holds(
            "no_items_chained",
            "nor is it for chains",
            &["--items", "0", "--shape", "chained"],
        ),
        holds("one_item", "one item passes all stages", &["--items", "1"]),
        holds(
            "chained",
            "a chain an item, as many at once as there are workers",
            &["--shape", "chained", "--items", "7"],
        ),
        holds(
            "one_worker",
            "one worker a stage and queues of one",
            &quick(&["--items", "12", "--workers", "1", "--queue", "1"]),
        ),
        holds(
            "one_chain",
            "one item after the other",
            &quick(&["--items", "12", "--workers", "1", "--shape", "chained"]),
        ),
        holds(
            "fewer_items_than_workers",
            "workers without items do no harm",
            &["--items", "3", "--workers", "8"],
        ),
        holds(
            "more_room_than_items",
            "queues that never fill do no harm",
            &["--items", "5", "--queue", "50"],
        ),
        holds(
            "no_sync",
            "without waiting for the disk the files are the same",
            &["--no-sync"],
        ),
    ]
}

fn items() -> Vec<Case<Pipelines>> {
    let faults = [
        "--fault",
        "fetch:2:fail",
        "--fault",
        "process:4:fail",
        "--fault",
        "save:6:fail",
    ];
    let middle = [&quick(&["--items", "9"])[..], &faults].concat();
    let middle_chained = [&middle[..], &["--shape", "chained"]].concat();
    let most = [
        &paths(["/bytes/1001", "/bytes/1000"])[..],
        &["--most-bytes", "1000"],
    ];
    vec![
        Case::holds(
            "item_fails_in_the_middle",
            "an item that fails in any stage is its own outcome; the others are saved",
            &middle,
        ),
        Case::holds(
            "item_fails_in_its_chain",
            "an item that fails ends its own chain",
            &middle_chained,
        ),
        Case::holds(
            "all_items_fail",
            "in is out and failed, if all do",
            &paths(["/status/500", "/close", "/garbage"]),
        ),
        Case::holds(
            "body_is_too_long",
            "a body longer than there is room for fails, and is not held",
            &most.concat(),
        ),
        Case::holds(
            "empty",
            "an empty body has no words, and is saved",
            &paths(["/bytes/0", "/chunked/0"]),
        ),
        Case::holds(
            "two_urls_one_name",
            "neither replaces the other: the second in the input is numbered",
            &paths(["/bytes/10/note/a", "/bytes/11/note/a", "/bytes/12/note/a.2"]),
        ),
        beside(
            "status_is_a_failure",
            "a page that says 404 is not the item",
            "/status/404/bytes/100/note/a.txt",
        ),
        beside(
            "redirect_is_a_failure",
            "nor is one that sends elsewhere, which is not followed",
            "/status/302/header/location/%2Fbytes%2F10/note/a.txt",
        ),
        beside(
            "url_leads_elsewhere",
            "a name that would leave the directory is refused, and not asked for",
            "/bytes/10/note/..%2F..%2Fescaped",
        ),
        given_up_before(
            "next_after_silence",
            "the item after one that was given up is not asked for on its connection",
            "/hang",
        ),
        given_up_before(
            "next_after_stalled_body",
            "nor after one whose body stalled",
            "/bytes/4096/stall/1000",
        ),
    ]
}

fn ends() -> Vec<Case<Pipelines>> {
    let panics = |name, about, fault, shape| {
        let args = quick(&["--items", "20", "--fault", fault, "--shape", shape]);
        Case::fails(name, about, &args, "asked to panic by item 5")
    };
    let leaves = |name, about, take, shape| {
        let args = quick(&[
            "--items",
            "300",
            "--workers",
            "2",
            "--queue",
            "1",
            "--take",
            take,
            "--shape",
            shape,
        ]);
        Case::holds(name, about, &args)
    };
    vec![
        panics(
            "fetch_panics",
            "a panic in the first stage is the run's error, not the end of its items",
            "fetch:5:panic",
            "staged",
        ),
        panics(
            "process_panics",
            "so is one in the middle, which the last stage would take for the end",
            "process:5:panic",
            "staged",
        ),
        panics(
            "save_panics",
            "so is one in the last stage",
            "save:5:panic",
            "staged",
        ),
        panics(
            "chain_panics",
            "and one in a chain",
            "process:5:panic",
            "chained",
        ),
        Case::custom(
            "panic_stops_the_rest",
            "the stages before a panic don't go through all that is left",
            |bench| {
                panic_stops(bench, "staged")?;
                panic_stops(bench, "chained")
            },
        ),
        Case::custom(
            "workers_for_good",
            "--dir gives the runtimes as many threads as a trial does",
            workers_for_good,
        ),
        leaves(
            "consumer_leaves_early",
            "whoever takes the items leaves: those that make them stop",
            "5",
            "staged",
        ),
        leaves(
            "consumer_leaves_chains",
            "whoever takes the items leaves: no further chain begins",
            "5",
            "chained",
        ),
        leaves(
            "consumer_wants_more_than_there_is",
            "then it gets all there is",
            "301",
            "staged",
        ),
    ]
}

fn pressure() -> Vec<Case<Pipelines>> {
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

/// The job with next to no pauses.
fn quick<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let pauses = ["--latency", "2ms", "--process", "0ms", "--save", "0ms"];
    [args, &pauses].concat()
}

fn panic_stops(bench: &Bench<Pipelines>, shape: &str) -> Result<()> {
    let fault = "process:5:panic";
    let args = quick(&["--items", "500", "--fault", fault, "--shape", shape]);
    let (scene, job) = Pipelines::stage(&job_args::<Pipelines>(&args)?)?;
    let settings = Settings::default();
    let trial = run_trial::<Pipelines>(bench.program(), bench.runner(), &job, &settings);
    match trial {
        Err(TrialError::Exited { code: 1, .. }) => {}
        Err(other) => bail!("not an error, but: {other}"),
        Ok(_) => bail!("it did not fail"),
    }
    let origin = scene.web.origin().context("the origin is the scene's")?;
    let (asked, most) = (origin.record().requests, 5 + 3 * job.room() as u64);
    ensure!(
        asked <= most,
        "{asked} items begun, where {most} are enough"
    );
    Ok(())
}

fn workers_for_good(bench: &Bench<Pipelines>) -> Result<()> {
    let origin = Origin::start()?;
    let mut command = bench.demo(&["--workers", "5", "--dir"]);
    // Nothing is ever saved there.
    command.arg(env::temp_dir()).arg(origin.url("/hang"));
    command.env_remove("SMOL_THREADS").stderr(Stdio::null());
    let mut program = command.spawn()?;
    let asked = origin.wait_for(Duration::from_secs(10), |seen| seen.requests == 1);
    let environment = fs::read(format!("/proc/{}/environ", program.id()));
    program.kill()?;
    program.wait()?;
    ensure!(asked, "nothing was asked for");
    let environment = environment?;
    let mut variables = environment.split(|byte| *byte == 0);
    ensure!(
        variables.any(|variable| variable == b"SMOL_THREADS=5"),
        "the runtimes are not told of 5 workers"
    );
    Ok(())
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
    for (stage, flag) in [("process", "--process"), ("save", "--save")] {
        let args = quick(&["--items", "8", "--workers", "4"]);
        let trial = bench.trial(
            &[&args[..], &[flag, "150ms"]].concat(),
            &Settings::default(),
        )?;
        // Two turns, where one fewer at work would make it three.
        let took = Duration::from_nanos(trial.nanos);
        ensure!(
            took < Duration::from_millis(430),
            "8 items in {stage} took {took:?}"
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
        Ok(trial.memory.context("no memory told")?.peak)
    };
    let (once, tenfold) = (peak(once)?, peak(tenfold)?);
    let ratio = tenfold as f64 / once as f64;
    ensure!(
        ratio <= 1.3,
        "{tenfold} bytes after {once}: {ratio:.2} times as much"
    );
    Ok(())
}
