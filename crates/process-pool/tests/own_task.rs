//! The example, as a user runs it, and with workers that are killed.

use std::{
    env, io,
    path::PathBuf,
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use process_pool::{
    parts::session::{ATTEMPTS, End},
    variants::std_only::map,
};
use serde::{Deserialize, Serialize};

/// What the example hands its workers, and what they answer.
#[derive(Clone, Serialize)]
struct Word(&'static str);

#[derive(Debug, PartialEq, Deserialize)]
struct Found {
    first: char,
    length: usize,
}

fn found(first: char, length: usize) -> End<Found> {
    End::Done(Found { first, length })
}

const LIMIT: Duration = Duration::from_secs(60);

/// The example, built with the features that the tests' own build has: by itself it would
/// have others, and all that it needs would be built once more.
fn example() -> Command {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--workspace", "--example", "own_task"])
            .args(["--manifest-path", manifest]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        // `cargo test` sets these for this test, and build scripts look at some of them: where
        // they differ from what a plain `cargo build` has, much would be built again.
        for (variable, _) in env::vars_os() {
            let name = variable.to_string_lossy();
            if name == "OUT_DIR"
                || name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
            {
                cargo.env_remove(&variable);
            }
        }
        let output = cargo.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let beside = PathBuf::from(env!("CARGO_BIN_EXE_process-pool"));
        beside.with_file_name("examples").join("own_task")
    });
    Command::new(&*BUILT)
}

/// A worker that reads and then kills itself, while fewer than so many were started; later
/// ones are the example's.
fn killed(most: usize, started: &AtomicUsize) -> io::Result<Command> {
    let mut worker = example();
    worker.env("WORKER", "1");
    if started.fetch_add(1, SeqCst) < most {
        worker = Command::new("sh");
        worker.args(["-c", "head -c 1 > /dev/null; kill -KILL $$"]);
    }
    Ok(worker)
}

#[test]
fn a_function_of_ones_own_runs_in_worker_processes() {
    let output = example()
        .args(["a", "few", "", "words"])
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().collect();
    let wanted = [
        "Done(Found { first: 'a', length: 1 })",
        "Done(Found { first: 'f', length: 3 })",
        "Panicked(\"a word has a letter\")",
        "Done(Found { first: 'w', length: 5 })",
    ];
    assert_eq!(lines, wanted, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_worker_that_is_killed_costs_its_task_one_more_try() {
    let started = AtomicUsize::new(0);
    let words = ["a", "few", "words"].map(Word);
    let ends = map(1, words, LIMIT, || killed(1, &started)).expect("workers start");
    assert_eq!(ends, [found('a', 1), found('f', 3), found('w', 5)]);
    assert_eq!(started.into_inner(), 2);
}

#[test]
fn a_task_that_lost_every_try_is_set_aside() {
    let started = AtomicUsize::new(0);
    let words = ["a", "few", "words"].map(Word);
    let tries = usize::from(ATTEMPTS);
    let ends = map(1, words, LIMIT, || killed(tries, &started)).expect("workers start");
    assert_eq!(ends, [End::WorkerLost, found('f', 3), found('w', 5)]);
    assert_eq!(started.into_inner(), tries + 1);
}

#[test]
fn a_worker_that_does_not_answer_is_killed_at_the_deadline() {
    let worker = || {
        let mut worker = Command::new("sleep");
        worker.arg("60");
        Ok(worker)
    };
    let limit = Duration::from_millis(50);
    let ends: Vec<End<Found>> =
        map(2, ["a", "few"].map(Word), limit, worker).expect("workers start");
    assert_eq!(ends, [End::TimedOut, End::TimedOut]);
}
