//! Timelines, traces, merged results, lists and completions.

mod made_up;

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

use serde_json::{Value, json};

use made_up::{Files, assert_misuse, compare, results, row, stdout};

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
    let text = list("sh", &[]);
    for words in ["gather: ", "surf (legacy)", "python (peer)", "--workers 4"] {
        assert!(text.contains(words), "no {words:?}: {text}");
    }
    let json: Value = serde_json::from_str(&list("/bin/sh", &["--json"])).expect("JSON");
    let contestants = json[3]["contestants"].as_array().expect("contestants");
    let python = contestants.iter().find(|one| one["name"] == "python");
    let python = python.expect("it has a peer in Python");
    assert_eq!(python["is_peer"], json!(true));
    assert_eq!(python["command"][0], json!("/bin/sh"));
    assert_eq!(contestants[0]["is_peer"], json!(false));
    for (python, missing) in [
        (
            "/some/python",
            "INTERLEAVE_PYTHON is \"/some/python\", which is no program",
        ),
        ("nonesuch", "unset it and run `compare peers`"),
        ("/dev/null", "which is no program"),
    ] {
        let text = list(python, &[]);
        assert!(text.contains(missing), "no {missing:?}: {text}");
    }
    // An empty variable is as good as none.
    assert!(!list("", &[]).contains("INTERLEAVE_PYTHON is"));
}

/// A Python without the peers' packages prints only a traceback; this program adds what
/// to do.
#[test]
fn a_python_that_lacks_a_module_is_told_what_to_do() {
    let files = Files::new();
    let python = files.path("python");
    let script = "#!/bin/sh\ncat >/dev/null\n\
                  echo \"ModuleNotFoundError: No module named 'aiohttp'\" >&2\nexit 1\n";
    fs::write(&python, script).expect("it can be written");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&python, executable).expect("it is ours");
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["run", "semaphores", "--tasks", "1", "--variants", "python"])
        .env("INTERLEAVE_PYTHON", python)
        .output()
        .expect("compare starts");
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for words in [
        "'aiohttp'",
        "run `compare peers`",
        "unset INTERLEAVE_PYTHON",
    ] {
        assert!(text.contains(words), "no {words:?}: {text}");
    }
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
}

#[test]
fn bash_completes_models_flags_and_names() {
    let models = [
        "gather",
        "semaphores",
        "process-pool",
        "locks",
        "cancellation",
    ];
    for (line, offered) in [
        ("semaphores --li", &["--limit"][..]),
        ("sweep ", &models),
        ("run ", &models),
        ("diff ", &models),
        ("faults ", &models),
        ("sweep locks --", &["--over", "--increments", "--rounds"]),
        ("run semaphores --", &["--limit", "--all"]),
        ("locks --variants ", &["std_mutex", "python"]),
        ("sweep semaphores --reference ", &["buffer_unordered"]),
        ("--variants t", &["tokio", "tokio_hyper"]),
        ("faults --variants std_m", &["std_mutex"]),
    ] {
        let words = line.split(' ');
        let output = Command::new("bash")
            .args(["-c", COMPLETE, "bash", env!("CARGO_BIN_EXE_compare")])
            .args(words)
            .output()
            .expect("bash");
        let text = stdout(&output);
        let all: Vec<_> = text.split_whitespace().collect();
        for word in offered {
            assert!(all.contains(word), "{line}: no {word} in {all:?}");
        }
        let own = |name: &&str| name.starts_with("std_only");
        assert!(!line.contains("locks") || !all.iter().any(own), "{all:?}");
    }
}

/// What bash does when a user types `compare`, these words and the tab key.
const COMPLETE: &str = r#"
source <("$1" completions bash)
COMP_WORDS=(compare "${@:2}") COMP_CWORD=$(($# - 1))
_compare compare "${@: -1}" "${COMP_WORDS[COMP_CWORD - 1]}"
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

/// The origin waits before each answer, so no item can have taken less, whatever it reports;
/// and at a rate none responds faster than it is served.
#[test]
fn percentiles_stand_beside_the_total() {
    let files = Files::new();
    let out = files.path("out");
    let line = "semaphores --percentiles --rounds 6 --variants std_only,tokio --tasks 100 \
                --limit 50 --latency 5ms --rate 2000 --out";
    let mut args: Vec<_> = line.split_whitespace().collect();
    args.push(out.to_str().expect("text"));
    let output = compare(&args);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for words in [
        "response time of a request: from when it was due to its end",
        "service time of a request: from its begin to its end",
        "p99 × std_only",
        "lowest p99: ",
        "100 items a trial; p99.9 needs 1,000",
    ] {
        assert!(text.contains(words), "no {words:?}: {text}");
    }
    let json = fs::read_to_string(out.join("results.json")).expect("it was written");
    let results: Value = serde_json::from_str(&json).expect("JSON");
    let rows = results["models"][0]["rows"].as_array().expect("rows");
    for sample in rows
        .iter()
        .flat_map(|row| row["samples"].as_array())
        .flatten()
    {
        let latency = &sample["latency"];
        assert_eq!(latency["items"], json!(100));
        let figures = |meaning: &str| -> Vec<(f64, u64)> {
            let all = latency[meaning].as_array().expect("percentiles").iter();
            let figure =
                |one: &Value| Some((one["percent"].as_f64()?, one["nanos"].as_u64()?));
            all.map(|one| figure(one).expect("two numbers")).collect()
        };
        let (service, response) = (figures("service"), figures("response"));
        let percents: Vec<f64> = service.iter().map(|(percent, _)| *percent).collect();
        assert_eq!(percents, [50.0, 75.0, 90.0, 95.0, 99.0, 100.0]);
        for ((_, service), (percent, response)) in service.iter().zip(&response) {
            assert!(*service >= 5_000_000, "p{percent}: {service}");
            assert!(response >= service, "p{percent}: {response}, {service}");
        }
    }
}
