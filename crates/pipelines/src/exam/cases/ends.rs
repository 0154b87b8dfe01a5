//! How a pipeline ends: with a panic, with a consumer that leaves early, with --dir.

use std::{
    env, fs, io,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use http_origin::Origin;
use test_fixtures::{Bench, Case, Model, Settings, TrialError, job_args, run_trial};

use super::quick;
use crate::Pipelines;

/// What says to async-std how many threads it starts; the other runtimes have it from `run`.
const THREADS: &str = "ASYNC_STD_THREAD_COUNT";

pub(super) fn cases() -> Vec<Case<Pipelines>> {
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
            "threads_for_good",
            "--dir gives the runtimes as many threads as a trial does",
            threads_for_good,
        ),
        leaves(
            "consumer_leaves_early",
            "the consumer leaves: those that work for it stop",
            "5",
            "staged",
        ),
        leaves(
            "consumer_leaves_chains",
            "the consumer leaves: no further chain begins",
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

fn panic_stops(bench: &Bench<Pipelines>, shape: &str) -> Result<()> {
    let fault = "process:5:panic";
    let args = quick(&["--items", "500", "--fault", fault, "--shape", shape]);
    let (stage, job) = Pipelines::staged(&job_args::<Pipelines>(&args)?)?;
    let settings = Settings::default();
    let trial =
        run_trial::<Pipelines>(bench.program(), bench.runner(), &stage, &job, &settings);
    match trial {
        Err(TrialError::Exited { code: 1, .. }) => {}
        Err(other) => bail!("not an error, but: {other}"),
        Ok(_) => bail!("it did not fail"),
    }
    let origin = stage.web.origin().context("the origin is the stage's")?;
    let (asked, most) = (origin.record().requests, 5 + 3 * job.room() as u64);
    ensure!(
        asked <= most,
        "{asked} items begun, where {most} are enough"
    );
    Ok(())
}

fn threads_for_good(bench: &Bench<Pipelines>) -> Result<()> {
    let origin = Origin::start()?;
    let mut command = bench.demo(&["--workers", "5", "--threads", "5", "--dir"]);
    // Nothing is ever saved there.
    command.arg(env::temp_dir()).arg(origin.url("/hang"));
    command.env_remove(THREADS).stderr(Stdio::null());
    let mut program = command.spawn()?;
    let asked = origin.wait_for(Duration::from_secs(10), |seen| seen.requests == 1);
    let environment = fs::read(format!("/proc/{}/environ", program.id()));
    let of_the_runtime = match bench.name() {
        // Its tasks are on the thread that does the job.
        "compio" => 0,
        _ => 5,
    };
    // The main thread and the one that does the job are two more.
    let least = of_the_runtime + 2;
    let threads = wait_for_threads(program.id(), least);
    program.kill()?;
    program.wait()?;
    ensure!(asked, "nothing was asked for");
    let environment = environment?;
    let mut variables = environment.split(|byte| *byte == 0);
    let due = format!("{THREADS}=5");
    ensure!(
        variables.any(|variable| variable == due.as_bytes()),
        "async-std's variable does not say 5 threads"
    );
    let threads = threads?;
    ensure!(threads >= least, "{threads} threads, where {least} are due");
    Ok(())
}

/// How many threads a process has, once it has at least `least` or ten seconds are over.
fn wait_for_threads(process: u32, least: usize) -> io::Result<usize> {
    let start = Instant::now();
    loop {
        let threads = fs::read_dir(format!("/proc/{process}/task"))?.count();
        if threads >= least || start.elapsed() > Duration::from_secs(10) {
            return Ok(threads);
        }
        thread::sleep(Duration::from_millis(5));
    }
}
