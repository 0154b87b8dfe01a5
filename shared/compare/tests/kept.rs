//! The files that a comparison writes, and those that are kept where it fails.

mod interrupted;

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
};

use serde_json::Value;
use test_fixtures::temporary::TemporaryDir;

use interrupted::interrupted;

fn compare(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.args(args).arg("--out").arg(directory);
    command
}

#[test]
fn a_comparison_writes_a_report_that_can_be_written_again() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let directory = directory.path();
    let args = ["locks", "--variants", "std_atomic,sharded", "--rounds", "1"];
    let output = compare(directory, &args).output().expect("compare starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let page = directory.join("report.html");
    let named = format!("report: {}", page.display());
    assert_eq!(stdout.lines().last(), Some(&*named));
    let written = fs::read(&page).expect("the report");
    fs::remove_file(&page).expect("it is there");
    let results = directory.join("results.json");
    let report = |out: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
        command.arg("report").arg(&results).arg("--out").arg(out);
        command.output().expect("compare starts")
    };
    assert_eq!(report(&page).status.code(), Some(0));
    assert_eq!(fs::read(&page).expect("the report"), written);
    // A device is written to, and stays one.
    assert_eq!(
        report(Path::new("/dev/stdout")).stdout[..written.len()],
        written
    );
    assert_eq!(report(Path::new("/dev/full")).status.code(), Some(1));
    assert_eq!(
        report(Path::new("/nonesuch/report.html")).status.code(),
        Some(1)
    );
}

fn json(directory: &Path) -> Value {
    let text = fs::read(directory.join("results.json")).expect("results");
    serde_json::from_slice(&text).expect("whole JSON")
}

#[test]
fn an_interrupted_comparison_keeps_what_it_has() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let directory = directory.path();
    let args = [
        "--variants",
        "tokio_hyper,buffer_unordered,std_atomic",
        "--rounds",
        "6",
    ];
    let told = interrupted(compare(directory, &args), "semaphores: comparing");
    assert!(told.contains("interrupted: semaphores"), "{told}");
    assert!(told.contains("not started: locks"), "{told}");
    let kept = json(directory);
    assert_eq!(kept["interrupted"], true);
    assert_eq!(kept["models"][0]["rounds"], 6);
    // Before a whole round there is nothing to keep, and the older results stay.
    let args = ["locks", "--variants", "std_atomic", "--increments"];
    let args = [&args[..], &["20000000000"]].concat();
    let told = interrupted(compare(directory, &args), "locks: comparing");
    assert!(told.contains("nothing was written"), "{told}");
    assert_eq!(json(directory), kept);
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_the_work() {
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["locks", "--out", "/proc/nonesuch"])
        .output()
        .expect("compare starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("--out"), "{stderr}");
}

#[test]
fn a_full_disk_and_a_closed_pipe_end_it_with_a_failure() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let args = [
        "locks",
        "--variants",
        "std_atomic",
        "--increments",
        "10",
        "--rounds",
        "1",
    ];
    let full = OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full");
    let output = compare(directory.path(), &args)
        .stdout(full)
        .output()
        .expect("starts");
    assert_eq!(output.status.code(), Some(1));
    // What was measured is not lost with it.
    assert_eq!(json(directory.path())["models"][0]["rounds"], 1);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = compare(directory.path(), &args)
        .stdout(writer)
        .output()
        .expect("starts");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn a_program_without_a_standard_output_fails_in_a_line() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let locks = ["locks", "--variants", "std_atomic", "--increments", "10"];
    for args in [
        &["--help"][..],
        &["list"],
        &["completions", "bash"],
        &["take", "locks", "tokio"],
        &["how", "asyncio.wait_for"],
        &["run", "locks", "--variants", "std_atomic"],
        &[&locks[..], &["--rounds", "1", "--json"]].concat(),
    ] {
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" >&-"]);
        command.arg(env!("CARGO_BIN_EXE_compare")).args(args);
        let output = command.current_dir(directory.path()).output();
        let output = output.expect("compare starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        let said = stderr.lines().last().unwrap_or_default();
        assert!(said.contains("standard output: "), "{args:?}: {stderr}");
    }
}

#[test]
fn an_origin_without_descriptors_says_so() {
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 18; exec \"$0\" \"$@\""])
        .args([env!("CARGO_BIN_EXE_compare"), "run", "semaphores"])
        .args(["--variants", "std_only", "--limit", "40", "--timeout", "1s"])
        .output()
        .expect("compare starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    let said = stdout.lines().last().unwrap_or_default();
    assert!(said.contains("raise `ulimit -n`"), "{stdout}");
}

#[test]
fn a_limit_of_file_sizes_is_said_in_a_line() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 1; exec \"$0\" \"$@\""])
        .args([env!("CARGO_BIN_EXE_compare"), "locks", "--variants"])
        .args(["std_atomic", "--increments", "10", "--rounds", "1", "--out"])
        .arg(directory.path())
        .output()
        .expect("compare starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let said = stderr.lines().last().unwrap_or_default();
    assert!(said.contains("File too large (os error 27)"), "{stderr}");
    assert!(!directory.path().join("results.json").exists());
}

#[test]
fn a_link_stays_one_and_what_it_leads_to_is_written() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let directory = directory.path();
    fs::write(directory.join("old"), "old").expect("a file");
    for (target, name) in [("old", "results.json"), ("new", "report.html")] {
        symlink(target, directory.join(name)).expect("a link");
    }
    let args = ["locks", "--variants", "std_atomic", "--increments", "10"];
    let args = [&args[..], &["--rounds", "1"]].concat();
    let output = compare(directory, &args).output().expect("compare starts");
    assert_eq!(output.status.code(), Some(0));
    for (target, name) in [("old", "results.json"), ("new", "report.html")] {
        let link = fs::read_link(directory.join(name)).expect("a link");
        assert_eq!(link, Path::new(target));
        assert!(fs::metadata(directory.join(target)).expect("a file").len() > 1000);
    }
}

/// All files of a directory are of one run.
#[test]
fn where_one_file_cannot_be_written_all_are_as_they_were() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let directory = directory.path();
    fs::create_dir(directory.join("results.md")).expect("it can be made");
    let args = ["locks", "--variants", "std_atomic", "--rounds", "1"];
    let output = compare(directory, &args).output().expect("compare starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let line = stderr.lines().last().unwrap_or_default();
    assert!(line.contains("results.md: is a directory"), "{stderr}");
    let left = fs::read_dir(directory).expect("it is there").count();
    assert_eq!(left, 1, "beside results.md");
}
