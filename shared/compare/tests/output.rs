//! What is done with results that are there: differences, merging, traces, lists.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use tempfile::TempDir;

fn compare<I: AsRef<std::ffi::OsStr>>(args: &[I]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(args)
        .output()
        .expect("compare starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text on standard output")
}

/// Misuse: exit 2, one line on standard error that has these words.
#[track_caller]
fn assert_misuse(output: &Output, words: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(words), "no {words:?} in: {stderr}");
}

/// Files in a directory of their own.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, json: &Value) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, json.to_string()).expect("it can be written");
        path
    }
}

/// A row whose six samples lie around so many milliseconds and megabytes.
fn row(name: &str, millis: u64, megabytes: u64) -> Value {
    let samples: Vec<Value> = (0..6_u64)
        .map(|round| {
            let off = 100 + [2, 0, 1, 3, 1, 2][round as usize];
            json!({
                "round": round,
                "nanos": millis * 10_000 * off,
                "usage": {"user_nanos": 1, "system_nanos": 1,
                    "voluntary_switches": 1, "involuntary_switches": 1},
                "memory": {"before": 1, "peak": megabytes * 10_000 * off},
                "facts": {"seen": [{"name": "ok", "value": 4, "of": 4}]},
            })
        })
        .collect();
    let ratio = |median: f64| json!({"median": median, "interval": [median, median]});
    let to_reference = millis as f64 / 100.0;
    json!({
        "name": name, "kind": "variant", "about": "", "legacy": false,
        "samples": samples, "failures": {}, "deviations": {},
        "summary": {
            "time": ratio(millis as f64 * 1e6),
            "to_floor": ratio(millis as f64 / 50.0),
            "to_reference": (name != "base").then(|| ratio(to_reference)),
            "verdict": (name != "base").then_some(match to_reference {
                ratio if ratio < 0.95 => "faster",
                ratio if ratio > 1.05 => "slower",
                _ => "tie",
            }),
            "cpu": 1.0, "memory": 1.0, "switches": 1.0,
        },
    })
}

/// Results of a made-up machine, with a reference that takes 100 ms.
fn results(rows: &[Value]) -> Value {
    let mut control = row("base again", 100, 10);
    control["kind"] = json!("control");
    let mut all = vec![row("base", 100, 10), control];
    all.extend(rows.iter().cloned());
    json!({
        "version": 1, "command": ["compare"], "started": 0, "interrupted": false,
        "host": {"kernel": "Linux 6", "architecture": "x86_64", "processor": "Made-up",
            "cores": 2, "memory": 1, "load": 0.0, "rustc": "rustc 1", "profile": "release",
            "packages": {"tokio": "1.0.0"}},
        "models": [{
            "name": "locks", "about": "", "job": "4 workers", "args": ["--workers", "4"],
            "reference": "base", "rounds": 6, "seed": 1, "resolution": 1.05,
            "floors": [{"nanos": 50_000_000, "reason": "made up"}],
            "rows": all, "ties": [],
        }],
    })
}

fn diff(files: &Files, old: &Value, new: &Value) -> Output {
    let (old, new) = (files.write("old.json", old), files.write("new.json", new));
    compare(&[Path::new("diff"), &old, &new])
}

#[test]
fn what_got_slower_is_told_and_fails() {
    let files = Files::new();
    let old = results(&[row("a", 100, 10), row("b", 100, 10), row("c", 100, 10)]);
    let new = results(&[row("a", 150, 10), row("b", 70, 30), row("c", 103, 10)]);
    let output = diff(&files, &old, &new);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for line in [
        "slower: locks/a",
        "faster: locks/b",
        "more memory: locks/b",
        "resolution a factor of 1.050; floor 50.0 ms, now 50.0 ms",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "no {line:?}: {text}"
        );
    }
    assert!(text.contains("1.50 [1.4"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}

#[test]
fn within_the_resolution_nothing_changed() {
    let files = Files::new();
    let mut old = results(&[row("a", 100, 10)]);
    let new = results(&[row("a", 110, 10)]);
    let output = diff(&files, &old, &new);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    // One of the two could not tell 10 % from nothing.
    old["models"][0]["resolution"] = json!(1.2);
    let output = diff(&files, &old, &new);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).ends_with("nothing got slower\n"));
}

#[test]
fn what_cannot_be_compared_is_said_once() {
    let files = Files::new();
    let mut failing = row("fails", 100, 10);
    failing["samples"] = json!([]);
    failing["failures"] = json!({"0": "exit code 3"});
    let mut other_work = row("partial", 100, 10);
    for sample in other_work["samples"].as_array_mut().expect("samples") {
        sample["facts"]["seen"][0]["value"] = json!(3);
    }
    let mut short = row("short", 100, 10);
    short["samples"]
        .as_array_mut()
        .expect("samples")
        .truncate(2);
    let names = ["fails", "partial", "short", "gone"];
    let old = results(&names.map(|name| row(name, 100, 10)));
    let mut new = results(&[failing, other_work, short, row("come", 100, 10)]);
    new["host"]["packages"]["tokio"] = json!("1.0.1");
    new["interrupted"] = json!(true);
    let output = diff(&files, &old, &new);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for words in [
        "around it: tokio 1.0.0, now 1.0.1; the new one was interrupted\n",
        "- locks/fails: fails now: exit code 3",
        "- locks/partial: they did not do the same",
        "- locks/short: too few good rounds (6, now 2)",
        "- locks/gone: only in the old",
        "- locks/come: only in the new",
    ] {
        assert_eq!(text.matches(words).count(), 1, "{words:?}: {text}");
    }
}

#[test]
fn nothing_to_compare_is_no_success() {
    let files = Files::new();
    let old = results(&[row("a", 100, 10)]);
    let change = |pointer: &str, value: Value| {
        let mut new = old.clone();
        *new.pointer_mut(pointer).expect("a place") = value;
        let output = diff(&files, &old, &new);
        assert_misuse(&output, "nothing in the two files");
        stdout(&output)
    };
    let text = change("/host/cores", json!(8));
    assert!(text.contains("different machines"), "{text}");
    let text = change("/host/profile", json!("debug"));
    assert!(text.contains("different builds"), "{text}");
    let text = change("/models/0/args/1", json!("8"));
    assert!(text.contains("locks: another job"), "{text}");
    let text = change("/models/0/resolution", Value::Null);
    assert!(text.contains("too few rounds"), "{text}");
    let text = change("/models/0/name", json!("other"));
    assert!(text.contains("locks: only in the old"), "{text}");
    assert!(text.contains("other: only in the new"), "{text}");
}

#[test]
fn files_that_are_no_results_are_refused_in_a_line() {
    let files = Files::new();
    let good = files.write("good.json", &results(&[]));
    let refused = |name: &str, text: &str, words: &str| {
        let bad = files.path(name);
        fs::write(&bad, text).expect("it can be written");
        assert_misuse(&compare(&[Path::new("diff"), &good, &bad]), words);
        assert_misuse(&compare(&[Path::new("merge"), &good, &bad]), words);
    };
    refused("empty", "", "not results of compare");
    refused("text", "no\njson", "line 1 column 2");
    refused("other", "{\"version\":1}", "not results of compare");
    refused("new", "{\"version\":7,\"models\":[]}", "version 7");
    refused("cut", "{\"version\":1,\"models\":[]}", "damaged results");
    refused(
        "merged",
        "{\"version\":1,\"machines\":[]}",
        "merged results",
    );
    let mut lane = results(&[row("a", 100, 10)]);
    lane["models"][0]["rows"][2]["timeline"] = json!({
        "nanos": 1, "lanes": [], "left_out": 0,
        "bars": [{"lane": 0, "task": "t", "start": 0, "end": 1}],
    });
    refused("lane", &lane.to_string(), "lane 0 of 0");
    let name = results(&[row("\u{1b}[2J", 100, 10)]).to_string();
    refused("name", &name, "no name");
    let nowhere = [Path::new("diff"), &good, &files.path("nowhere")];
    assert_misuse(&compare(&nowhere), "nowhere: can't be read");
}

#[test]
fn a_diff_is_of_two_files_or_of_two_variants() {
    assert_misuse(
        &compare(&["diff", "locks", "tokio"]),
        "compare diff locks A B",
    );
    assert_misuse(&compare(&["diff", "nonesuch", "a", "b"]), "no model");
    assert_misuse(&compare(&["diff", "one"]), "--help");
    let output = compare(&["diff", "locks", "tokio", "smol"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("tokio"));
}

#[test]
fn machines_stand_side_by_side_in_ratios() {
    let files = Files::new();
    let here = results(&[row("a", 120, 10), row("b", 60, 10)]);
    let mut there = results(&[row("a", 80, 10), row("b", 50, 10)]);
    there["host"]["processor"] = json!("Another");
    there["models"][0]["job"] = json!("4 workers, 8 threads");
    let [here, there] = [("a.json", here), ("b.json", there)]
        .map(|(name, results)| (files.write(name, &results), results));
    let out = files.path("merged.json");
    let merge = |more: &[&str]| {
        let mut args = vec!["merge", here.0.to_str().expect("text")];
        args.push(there.0.to_str().expect("text"));
        args.extend(more);
        let output = compare(&args);
        assert_eq!(output.status.code(), Some(0));
        stdout(&output)
    };
    let text = merge(&["--out", out.to_str().expect("text")]);
    for words in [
        "A: Made-up, 2 cores",
        "B: Another, 2 cores",
        "not quite the same job: A: 4 workers; B: 4 workers, 8 threads",
        "! a is slower on A, faster on B",
    ] {
        assert!(text.contains(words), "no {words:?}: {text}");
    }
    assert!(
        !text.contains(" ms"),
        "seconds do not cross machines: {text}"
    );
    assert!(merge(&["--markdown"]).contains("|b "));

    let merged: Value = serde_json::from_str(&merge(&["--json"])).expect("JSON");
    let written = fs::read_to_string(&out).expect("it was written");
    assert_eq!(
        serde_json::from_str::<Value>(&written).expect("JSON"),
        merged
    );
    let whole = &merged["machines"][1]["results"]["models"][0]["rows"];
    assert_eq!(
        whole[2]["samples"],
        there.1["models"][0]["rows"][2]["samples"]
    );
    let rows = &merged["models"][0]["rows"];
    assert_eq!(rows[2]["to_reference"], json!(1.0));
    assert_eq!(rows[2]["is_disputed"], json!(true));
    assert_eq!(rows[3]["to_reference"], json!(0.55));
    assert_eq!(rows[3]["is_disputed"], json!(false));
    assert_eq!(rows[3]["to_floor"], json!(1.1));
}

#[test]
fn a_merged_document_that_cannot_be_written_is_told() {
    let files = Files::new();
    let file = files.write("a.json", &results(&[]));
    let file = file.to_str().expect("text");
    let output = compare(&["merge", file, file, "--out", "/proc/nonesuch/merged.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert_misuse(
        &compare(&["merge", file, file, "--out", "/tmp"]),
        "name a file",
    );
    assert_misuse(&compare(&["merge", file]), "--help");
}

#[test]
fn the_list_has_every_model_and_what_is_missing() {
    let list = |python: &str, args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_compare"))
            .arg("list")
            .args(args)
            .env("INTERLEAVE_PYTHON", python)
            .output()
            .expect("compare starts");
        assert_eq!(output.status.code(), Some(0));
        stdout(&output)
    };
    let text = list("/some/python", &[]);
    for words in [
        "async-io: ",
        "surf (legacy)",
        "python (peer)",
        "--workers 4",
    ] {
        assert!(text.contains(words), "no {words:?}: {text}");
    }
    let json: Value =
        serde_json::from_str(&list("/some/python", &["--json"])).expect("JSON");
    let contestants = json[3]["contestants"].as_array().expect("contestants");
    let python = contestants.last().expect("Python is the last");
    assert_eq!(python["is_peer"], json!(true));
    assert_eq!(python["command"][0], json!("/some/python"));
    assert_eq!(contestants[0]["is_peer"], json!(false));
}

#[test]
fn completions_know_models_and_their_flags() {
    for shell in ["bash", "zsh", "fish"] {
        let output = compare(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = stdout(&output);
        for word in ["semaphores", "limit", "increments", "completions"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    assert_misuse(&compare(&["completions", "nonesuch"]), "bash");
    let output = Command::new("bash")
        .args(["-c", COMPLETE, "bash", env!("CARGO_BIN_EXE_compare")])
        .output()
        .expect("bash");
    assert_eq!(stdout(&output), "--limit\n");
}

/// What bash does when a user types `compare semaphores --li` and the tab key.
const COMPLETE: &str = r#"
source <("$1" completions bash)
COMP_WORDS=(compare semaphores --li) COMP_CWORD=2
_compare compare --li semaphores
echo "${COMPREPLY[@]}"
"#;

/// One comparison with everything that is made of timelines.
#[test]
fn timelines_are_drawn_and_written() {
    let files = Files::new();
    let traces = files.path("traces");
    let out = files.path("out");
    let path = |path: &PathBuf| path.to_str().expect("text").to_owned();
    let args = [
        "locks",
        "--variants",
        "std_mutex,std_atomic",
        "--rounds",
        "1",
    ];
    let mut args = args.map(str::to_owned).to_vec();
    args.extend(["--increments", "1000", "--timeline", "--trace"].map(str::to_owned));
    args.extend([path(&traces), "--out".to_owned(), path(&out)]);
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(&args)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("compare starts");
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("worker 3 "), "{text}");
    assert!(text.contains("the share of the time at work"), "{text}");
    assert!(text.contains("traces: 2 files"), "{text}");
    let drawn = text
        .lines()
        .filter(|line| line.trim_start().starts_with("worker "));
    assert_eq!(drawn.clone().count(), 8, "{text}");
    assert!(
        drawn.clone().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let mut names: Vec<String> = fs::read_dir(&traces)
        .expect("the directory was made")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    assert_eq!(names, ["locks-std_atomic.json", "locks-std_mutex.json"]);
    let trace = fs::read(traces.join(&names[0])).expect("a trace");
    let trace: Value = serde_json::from_slice(&trace).expect("whole JSON");
    let events = trace["traceEvents"].as_array().expect("events");
    let tasks = events.iter().filter(|event| event["cat"] == "task");
    assert_eq!(tasks.count(), 200);
}

#[test]
fn a_trace_that_cannot_be_written_is_told_before_the_work() {
    let output = compare(&["locks", "--trace", "/proc/nonesuch", "--rounds", "1"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("--trace"), "{stderr}");
    assert_misuse(&compare(&["locks", "--timeline", "--json"]), "--json");
}
