//! What takes a comparison of more than a minute. They stand in one file so that they run
//! side by side.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use measure::{
    results::{Kind, Results, Row},
    summary::is_comparable,
};
use test_fixtures::temporary::TemporaryDir;

/// The default comparison compares: each current variant did the same work as the reference,
/// so that with rounds enough it gets a verdict. Where a job has items, each reports them.
#[test]
fn every_current_variant_did_the_work_of_the_reference() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let list = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["list", "--json"])
        .output()
        .expect("compare starts");
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let mut names: Vec<&str> = Vec::new();
    let models = list.as_array().expect("models");
    for contestant in models.iter().flat_map(|model| {
        let contestants = model["contestants"].as_array();
        contestants.expect("contestants")
    }) {
        let name = contestant["name"].as_str().expect("a name");
        if contestant["is_peer"] == false && !names.contains(&name) {
            names.push(name);
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["--rounds", "1", "--percentiles", "--json"])
        .args(["--variants", &names.join(",")])
        .arg("--out")
        .arg(directory.path())
        .output()
        .expect("compare starts");
    let results: Results = serde_json::from_slice(&output.stdout).expect("results");
    assert_eq!(results.models.len(), models.len());
    let mut with_items = 0;
    for model in &results.models {
        with_items += usize::from(model.item.is_some());
        let named = |name: &str| model.rows.iter().find(|row| row.name == name);
        let reference = named(&model.reference).expect("the reference has a row");
        // One that needs a program of the machine is compared where that is.
        let is_here = |row: &&Row| row.kind == Kind::Variant && !row.is_not_installed;
        for row in model.rows.iter().filter(is_here) {
            let place = format!("{}/{}", model.name, row.name);
            assert!(row.failures.is_empty(), "{place}: {:?}", row.failures);
            assert!(is_comparable(row, reference), "{place} is not compared");
            assert_eq!(items(row).is_some(), model.item.is_some(), "{place}");
            // A server is stopped under load, and so are the last of its requests.
            let (own, others) = (items(row), items(reference));
            let is_alike = own.zip(others).is_none_or(|(a, b)| a.abs_diff(b) <= b / 10);
            assert!(is_alike, "{place}: {own:?} items, and {others:?}");
        }
    }
    assert_eq!(with_items, 8, "the models whose jobs have items");
}

/// How many items the row's trial reported.
fn items(row: &Row) -> Option<usize> {
    let sample = row.samples.first()?;
    Some(sample.latency.as_ref()?.items)
}

/// Bytes of a process that are in memory.
fn resident(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace()
        .next()?
        .parse()
        .ok()
        .map(|kilobytes: u64| kilobytes << 10)
}

/// What is kept of a trial is some tens of bytes.
#[test]
fn a_long_comparison_does_not_grow() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let rounds = directory.path().join("rounds");
    // It replies at once, and counts the rounds. Each has seven trials of the other row.
    let reply = "cat >/dev/null; sleep 0.01; echo '{\"nanos\":1000000,\"output\":{\"counter\":\
                 {\"entered\":200,\"left\":200},\"poisoned\":false,\"outcomes\":\
                 [{\"ok\":null},{\"ok\":null}]}}'";
    let with = format!("x=echo . >>{}; {reply}", rounds.display());
    let mut child = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["locks", "--workers", "2", "--increments", "100"])
        .args(["--rounds", "100", "--variants", "std_atomic"])
        .args(["--with", &with, "--out"])
        .arg(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("compare starts");
    let done = || fs::metadata(&rounds).map_or(0, |there| there.len() / 2);
    let (mut first, mut last) = (None, 0);
    while child.try_wait().expect("a child").is_none() {
        match (done(), resident(child.id())) {
            (15..30, Some(bytes)) => first = first.or(Some(bytes)),
            (75..=95, Some(bytes)) => last = bytes,
            _ => {}
        }
        thread::sleep(Duration::from_millis(10));
    }
    let grown = last.saturating_sub(first.expect("it was seen at work"));
    assert!(last > 0 && grown < 180_000, "{grown} bytes in 60 rounds");
}
