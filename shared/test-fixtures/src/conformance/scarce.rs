//! Trials with few threads, addresses or descriptors. Each does its job, or reports in
//! one line why it can't, and never waits, panics or aborts.

use std::{
    process::{self, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    Bench, Model, Peer, Program, Runner, Settings, TrialError,
    conformance::side_by_side::Test, job_args, run_trial, trial::lacks_memory,
};

/// The limits of processes and threads; the guard and the trial's main thread count as
/// well.
const TASKS: [u64; 6] = [2, 3, 5, 8, 12, 17];
/// The same for peers: near the number that the job takes, some threads are there and one
/// is not.
const PEER_TASKS: [u64; 8] = [3, 6, 9, 12, 13, 14, 15, 17];
/// In MiB. In the least, the program itself has no room for its stacks. It has room to
/// start: the largest that is tested here takes 21 MiB, built without optimisation.
const ADDRESSES: [u64; 4] = [28, 40, 64, 160];
const DESCRIPTORS: [u64; 7] = [3, 5, 8, 12, 20, 32, 64];
/// What waits for something that never comes is not done by then.
const PATIENCE: Duration = Duration::from_secs(30);

/// The tests of one variant.
pub(super) fn tests<M: Model>(program: &Program, variant: &'static str) -> Vec<Test> {
    let test = |name: &str, run: fn(&Bench<M>) -> Result<()>| {
        let runner = Runner::Variant(variant.to_owned());
        let bench = Bench::new(program.clone(), runner, variant);
        Test::new(format!("{variant}::{name}"), move || run(&bench)).waiting(M::WAITS)
    };
    let few_threads = match refused_threads() {
        Ok(()) => test("few_threads", few_threads),
        Err(why) => Test::ignored(format!("{variant}::few_threads, skipped: {why}")),
    };
    vec![
        few_threads,
        test("few_addresses", few_addresses),
        test("few_descriptors", few_descriptors),
    ]
}

/// The same of a peer in Python. There is none for Node: where libuv gets no thread, it
/// aborts without a word.
pub(super) fn peer_tests<M: Model>(
    program: &Program,
    runner: &Runner,
    peer: &Peer,
) -> Option<Test> {
    if !peer.script.ends_with(".py") {
        return None;
    }
    let name = format!("{}::few_threads", peer.name);
    if let Err(why) = refused_threads() {
        return Some(Test::ignored(format!("{name}, skipped: {why}")));
    }
    let bench = Bench::<M>::new(program.clone(), runner.clone(), peer.name);
    let run = move || {
        PEER_TASKS.iter().try_for_each(|tasks| {
            let program = bench.program().as_user(user(), *tasks);
            done_or_said::<M>(&program, bench.runner())
                .with_context(|| format!("with {tasks} processes and threads"))
        })
    };
    Some(Test::new(name, run).waiting(M::WAITS))
}

fn few_threads<M: Model>(bench: &Bench<M>) -> Result<()> {
    for tasks in TASKS {
        let program = bench.program().as_user(user(), tasks);
        one_line_or_done::<M>(&program, bench.runner(), &Settings::default())
            .with_context(|| format!("with {tasks} processes and threads"))?;
    }
    Ok(())
}

fn few_addresses<M: Model>(bench: &Bench<M>) -> Result<()> {
    for mebibytes in ADDRESSES {
        let settings = Settings {
            addresses: Some(mebibytes << 20),
            ..Settings::default()
        };
        one_line_or_done::<M>(bench.program(), bench.runner(), &settings)
            .with_context(|| format!("with {mebibytes} MiB of addresses"))?;
    }
    Ok(())
}

fn few_descriptors<M: Model>(bench: &Bench<M>) -> Result<()> {
    for descriptors in DESCRIPTORS {
        let settings = Settings {
            descriptors: Some(descriptors),
            ..Settings::default()
        };
        one_line_or_done::<M>(bench.program(), bench.runner(), &settings)
            .with_context(|| format!("with {descriptors} descriptors"))?;
    }
    Ok(())
}

fn one_line_or_done<M: Model>(
    program: &Program,
    runner: &Runner,
    settings: &Settings,
) -> Result<()> {
    let (stage, job) = M::staged_for(&job_args::<M>(M::WIDE)?, runner)?;
    let settings = Settings {
        time_limit: PATIENCE,
        ..settings.clone()
    };
    match run_trial::<M>(program, runner, &stage, &job, &settings) {
        Ok(_) => Ok(()),
        Err(TrialError::Exited { code, stderr, .. }) => {
            let not_loaded = "error while loading shared libraries";
            let is_ours = code != 127 || !stderr.contains(not_loaded);
            ensure!(code == 1 || !is_ours, "exit code {code}: {stderr}");
            // Each process has one of its own: workers report what they lack.
            let own = format!("{}: ", M::NAME);
            let is_right =
                |line: &str| line.starts_with(&own) || line.contains(not_loaded);
            ensure!(!stderr.trim().is_empty(), "it says nothing");
            // Threads that lack memory report it on their own, several at once, so their
            // lines are looked at together.
            let is_right = lacks_memory(&stderr) || stderr.lines().all(is_right);
            ensure!(is_right, "not its line: {stderr}");
            ensure!(!stderr.contains("panicked"), "{stderr}");
            Ok(())
        }
        // Not even the trial's process, or its guard's.
        Err(TrialError::Spawn { .. }) => Ok(()),
        Err(error) => bail!("{error}"),
    }
}

/// A peer does its job or ends, and reports why, though not in one line.
fn done_or_said<M: Model>(program: &Program, runner: &Runner) -> Result<()> {
    let (stage, job) = M::staged(&job_args::<M>(M::WIDE)?)?;
    let settings = Settings {
        time_limit: PATIENCE,
        ..Settings::default()
    };
    match run_trial::<M>(program, runner, &stage, &job, &settings) {
        Ok(_) | Err(TrialError::Spawn { .. }) => Ok(()),
        Err(error @ TrialError::TimedOut { .. }) => bail!("{error}"),
        Err(error) => {
            let said = error.last_words().map_or("", |(stderr, _)| stderr);
            ensure!(!said.trim().is_empty(), "it says nothing: {error}");
            Ok(())
        }
    }
}

/// The number of a user who has no other process: a limit of processes counts all that a
/// user has.
fn user() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (first, count) = (20_000, 40_000);
    let run = process::id().wrapping_mul(61);
    first + run.wrapping_add(NEXT.fetch_add(1, Relaxed)) % count
}

/// Whether another user can be had, whose limit holds.
fn refused_threads() -> Result<(), &'static str> {
    static FOUND: OnceLock<Result<(), &'static str>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let shell = |tasks, script: &str| {
            let mut command: Command = Program::at("sh").as_user(user(), tasks).command();
            command.args(["-c", script]);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        if !shell(10, "/bin/true; exit $?") {
            return Err("it needs to start programs as another user, by setpriv");
        }
        match shell(1, "/bin/true; exit $?") {
            true => Err("the system does not limit a user's processes"),
            false => Ok(()),
        }
    })
}
