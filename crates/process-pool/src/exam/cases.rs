//! Jobs with what must come of them.

use std::{
    ffi::OsString,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use test_fixtures::{
    Bench, Case, Settings, TrialError, descendants, lives, state,
    temporary::TemporaryDir, with_dev_shm,
};

use super::ProcessPool;
use crate::parts::frame::LONGEST;

type PoolBench = Bench<ProcessPool>;

/// How soon a loss must be noticed, and processes must be gone.
const PROMPT: Duration = Duration::from_secs(1);

pub(crate) fn cases() -> Vec<Case<ProcessPool>> {
    let mut cases = shapes();
    cases.extend(losses());
    cases.extend(frames());
    cases.extend(deadlines());
    cases
}

/// A trial that may stop itself permanently is not waited for as long as others.
fn briefly() -> Settings {
    Settings {
        time_limit: Duration::from_secs(5),
        ..Settings::default()
    }
}

/// Eight tasks on two workers, and this fault.
fn eight_on_two(fault: &str) -> [&str; 6] {
    ["--ranges", "8", "--workers", "2", "--fault", fault]
}

fn shapes() -> Vec<Case<ProcessPool>> {
    vec![
        Case::holds("no_items", "no ranges, no outcomes", &["--ranges", "0"]),
        Case::holds("one_item", "one range is all of it", &["--ranges", "1"]),
        Case::holds(
            "fewer_items_than_workers",
            "workers that nothing is left for do no harm",
            &["--ranges", "3", "--workers", "8"],
        ),
        Case::holds(
            "one_worker",
            "one worker does it all",
            &["--ranges", "20", "--workers", "1"],
        ),
        Case::holds(
            "more_ranges_than_numbers",
            "ranges without a number have no primes",
            &["--below", "5", "--ranges", "9"],
        ),
        Case::holds(
            "many_small_tasks",
            "ten thousand tasks that do nothing all come back, in order",
            &["--noop", "--ranges", "10000", "--workers", "2"],
        ),
        Case::custom(
            "dev_shm_is_tried",
            "a small /dev/shm is enough, and one that can't be written is at least named",
            |bench| {
                with_dev_shm(bench, &["--ranges", "8"], "size=1m", true)?;
                with_dev_shm(bench, &["--ranges", "8"], "ro", false)
            },
        )
        .with_peers(),
        Case::custom(
            "tmpdir_is_tried",
            "a TMPDIR where no socket can be made is done without, or named in one line",
            tmpdir_is_tried,
        )
        .with_peers(),
        Case::custom(
            "ten_times_the_items",
            "ten times the tasks take at most 1.3 times the memory",
            ten_times_the_items,
        ),
    ]
}

fn tmpdir_is_tried(bench: &PoolBench) -> Result<()> {
    let there = TemporaryDir::new()?;
    // A socket's path may have 107 bytes.
    let deep = there.path().join("d".repeat(100));
    fs::create_dir(&deep)?;
    let plain = there.path().join("plain");
    fs::write(&plain, "")?;
    for directory in [Path::new("/nowhere"), &plain, &deep] {
        let mut variable = OsString::from("TMPDIR=");
        variable.push(directory);
        let settings = Settings {
            under: vec!["env".into(), variable],
            ..Settings::default()
        };
        match bench.trial(&["--ranges", "8"], &settings) {
            Ok(_) => {}
            Err(TrialError::Exited { stderr, .. }) => {
                ensure!(stderr.contains("TMPDIR"), "not named: {stderr}");
                ensure!(stderr.trim().lines().count() == 1, "not one line: {stderr}");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn losses() -> Vec<Case<ProcessPool>> {
    vec![
        Case::holds(
            "worker_killed_once",
            "a task whose worker is killed is tried again, and no other is",
            &eight_on_two("3:kill"),
        ),
        Case::holds(
            "worker_killed_always",
            "a task that kills two workers is set aside; the others are done",
            &eight_on_two("3:kill:always"),
        ),
        Case::custom(
            "loss_is_noticed",
            "with two workers killed, the whole job still ends within a second",
            |bench| {
                let trial =
                    bench.trial(&eight_on_two("3:kill:always"), &Settings::default())?;
                let took = Duration::from_nanos(trial.nanos);
                ensure!(took < PROMPT, "it took {took:?}");
                Ok(())
            },
        ),
        Case::holds(
            "every_worker_killed",
            "when every task kills its workers, the pool gives up instead of starting more",
            &[
                "--ranges",
                "100",
                "--workers",
                "2",
                "--fault",
                "all:kill:always",
            ],
        ),
        Case::holds(
            "worker_exits",
            "a worker that exits without a reply counts as lost",
            &eight_on_two("3:exit"),
        ),
        Case::holds(
            "worker_aborts",
            "a worker that aborts counts as lost",
            &eight_on_two("3:abort"),
        ),
        Case::holds(
            "task_panics",
            "a panic is its task's outcome; its worker continues",
            &eight_on_two("3:panic"),
        ),
        Case::holds_under(
            "second_batch",
            "after a job in which every task panicked, the next one in the same process is whole",
            &eight_on_two("all:panic"),
            Settings {
                warm: true,
                ..Settings::default()
            },
        ),
        Case::holds(
            "floods_stderr",
            "4 MiB on each worker's standard error block no process",
            &eight_on_two("all:flood-stderr"),
        ),
    ]
}

fn frames() -> Vec<Case<ProcessPool>> {
    vec![
        Case::holds(
            "corrupt_magic",
            "a worker that answers with something else counts as lost",
            &eight_on_two("3:corrupt-magic"),
        ),
        Case::holds(
            "huge_length",
            "so does one that announces 4 GiB",
            &eight_on_two("3:huge-length"),
        ),
        Case::custom(
            "huge_length_is_not_allocated",
            "and nothing is allocated for what it announced",
            |bench| {
                let trial =
                    bench.trial(&eight_on_two("3:huge-length"), &Settings::default())?;
                let memory = trial.memory.context("the reply has no memory")?;
                let grown = memory.peak.saturating_sub(memory.before);
                ensure!(grown < LONGEST as u64, "it grew by {grown} bytes");
                Ok(())
            },
        ),
        Case::holds(
            "short_frame",
            "so does one that ends in the middle of its answer",
            &eight_on_two("3:short-frame"),
        ),
        Case::holds(
            "corrupt_always",
            "a task that is never answered with a frame is set aside",
            &eight_on_two("3:corrupt-magic:always"),
        ),
        Case::holds(
            "eight_mib_both_ways",
            "tasks of 8 MiB and answers of 8 MiB pass each other",
            &["--ranges", "6", "--workers", "2", "--fault", "all:big"],
        ),
    ]
}

fn deadlines() -> Vec<Case<ProcessPool>> {
    vec![
        Case::holds_under(
            "stopped_past_deadline",
            "a worker that is stopped is killed at its task's deadline; the others go on",
            &[
                "--ranges",
                "8",
                "--workers",
                "2",
                "--fault",
                "3:stop",
                "--timeout",
                "300ms",
            ],
            briefly(),
        ),
        Case::custom(
            "deadline_is_true",
            "a deadline is never early, and late by at most 20 %",
            deadline_is_true,
        )
        .alone(),
        Case::custom(
            "parent_killed_while_stopped",
            "workers that are stopped are gone, too, within a second of their pool",
            parent_killed_while_stopped,
        ),
        Case::custom(
            "parent_killed_at_work",
            "workers in a long task are gone, too, whenever their pool is killed",
            parent_killed_at_work,
        ),
        Case::custom(
            "stopped_and_continued",
            "a program whose processes are stopped and continued, one by one, does its job",
            stopped_and_continued,
        ),
    ]
}

fn ten_times_the_items(bench: &PoolBench) -> Result<()> {
    let peak = |ranges| {
        let args = ["--noop", "--workers", "2", "--ranges", ranges];
        let trial = bench.trial(&args, &Settings::default())?;
        anyhow::Ok(trial.memory.context("the reply has no memory")?.peak as f64)
    };
    let ratio = peak("5000")? / peak("500")?;
    ensure!(ratio <= 1.3, "{ratio:.2} times the memory");
    Ok(())
}

fn deadline_is_true(bench: &PoolBench) -> Result<()> {
    let args = [
        "--ranges",
        "1",
        "--workers",
        "1",
        "--fault",
        "0:stop",
        "--timeout",
        "500ms",
    ];
    let trial = bench.trial(&args, &briefly())?;
    let took = Duration::from_nanos(trial.nanos);
    let limits = Duration::from_millis(500)..Duration::from_millis(600);
    ensure!(limits.contains(&took), "it took {took:?}");
    Ok(())
}

fn parent_killed_while_stopped(bench: &PoolBench) -> Result<()> {
    let mut program = bench
        .demo(&["--fault", "all:stop", "--timeout", "1h"])
        .stdout(std::process::Stdio::null())
        .spawn()?;
    let pid = Pid::from_child(&program);
    let stopped = wait_for(Duration::from_secs(10), || {
        let mut found = descendants(pid);
        found.retain(|pid| state(*pid) == Some('T'));
        (!found.is_empty()).then_some(found)
    });
    let all = descendants(pid);
    kill_process(pid, Signal::KILL)?;
    program.wait()?;
    stopped.context("no process stopped itself")?;
    for pid in all {
        wait_for(PROMPT, || (!lives(pid)).then_some(()))
            .with_context(|| format!("process {pid:?} is still there"))?;
    }
    Ok(())
}

/// Killed while processes start, when the first is there, and some time later.
fn parent_killed_at_work(bench: &PoolBench) -> Result<()> {
    let args = [
        "--below",
        "1000000000",
        "--ranges",
        "4",
        "--workers",
        "2",
        "--timeout",
        "1h",
    ];
    for later in [0, 10, 30, 100, 300] {
        let mut program = bench
            .demo(&args)
            .stdout(std::process::Stdio::null())
            .spawn()?;
        let pid = Pid::from_child(&program);
        let started = wait_for(Duration::from_secs(10), || {
            (!descendants(pid).is_empty()).then_some(())
        });
        thread::sleep(Duration::from_millis(later));
        let all = descendants(pid);
        kill_process(pid, Signal::KILL)?;
        program.wait()?;
        started.context("no process was started")?;
        for pid in all {
            wait_for(PROMPT, || (!lives(pid)).then_some(()))
                .with_context(|| format!("process {pid:?} is still there"))?;
        }
    }
    Ok(())
}

fn stopped_and_continued(bench: &PoolBench) -> Result<()> {
    let args = ["--below", "2000000", "--ranges", "16", "--workers", "2"];
    let mut program = bench
        .demo(&args)
        .stdout(std::process::Stdio::null())
        .spawn()?;
    let pid = Pid::from_child(&program);
    let (mut stopped, clock) = (Vec::new(), Instant::now());
    while program.try_wait()?.is_none() {
        if clock.elapsed() > Duration::from_secs(60) {
            program.kill()?;
        }
        let mut all = descendants(pid);
        all.push(pid);
        for pid in all {
            if !stopped.contains(&pid) && kill_process(pid, Signal::STOP).is_ok() {
                thread::sleep(Duration::from_millis(100));
                // One that has ended meanwhile needs nothing.
                let _ = kill_process(pid, Signal::CONT);
                stopped.push(pid);
            }
        }
        thread::sleep(Duration::from_millis(2));
    }
    let status = program.wait()?;
    ensure!(status.success(), "it ended with {status}");
    ensure!(stopped.len() > 1, "only the program was stopped");
    Ok(())
}

fn wait_for<T>(limit: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let clock = Instant::now();
    loop {
        let value = condition();
        if value.is_some() || clock.elapsed() > limit {
            return value;
        }
        thread::sleep(Duration::from_millis(2));
    }
}
