//! The command line, and programs of the user's that misbehave.

use std::{
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use serde_json::Value;
use test_fixtures::temporary::TemporaryDir;

fn compare(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.args(args).arg("--out").arg(directory);
    command
}

fn output(args: &[&str]) -> Output {
    let directory = TemporaryDir::new().expect("a temporary directory");
    compare(directory.path(), args)
        .output()
        .expect("compare starts")
}

/// A comparison of one variant with a shell command, and what it says in JSON.
fn with(command: &str, more: &[&str]) -> (Option<i32>, Value) {
    let with = format!("<script>={command}");
    let mut args = vec!["locks", "--variants", "std_atomic", "--increments", "1000"];
    args.extend(["--rounds", "1", "--json", "--with", &with]);
    args.extend(more);
    let output = output(&args);
    let json = serde_json::from_slice(&output.stdout).expect("JSON on standard output");
    (output.status.code(), json)
}

fn failure(json: &Value) -> String {
    let rows = json["models"][0]["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["name"] == "<script>");
    let failures = &row.expect("the row of the user's program")["failures"];
    failures["0"].as_str().unwrap_or("no failure").to_owned()
}

#[track_caller]
fn misuse(args: &[&str], words: &str) {
    let output = output(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(words), "no {words:?} in: {stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn misuse_is_one_line() {
    misuse(&["nonesuch"], "gather, semaphores");
    misuse(&["locks", "--variants", "nonesuch"], "std_mutex");
    misuse(&["locks", "--workers", "0"], "--workers");
    misuse(&["locks", "--rounds", "0"], "--rounds");
    misuse(&["locks", "--seed", "-1"], "-1");
    misuse(&["locks", "--nonesuch"], "--nonesuch");
    misuse(&["locks", "--worker", "2"], "'--workers'");
    misuse(&["locks", "--workers", "-1"], "from 1 to 10000");
    misuse(&["locks", "--variants", "tokoi"], "did you mean tokio?");
    misuse(&["--variants", "tokoi"], "did you mean tokio?");
    misuse(&["lokcs"], "did you mean locks?");
    misuse(&["locks", "--budget", "5"], "write the unit");
    misuse(&["locks", "--time-limit", "0"], "at least 1ms");
    misuse(&["locks", "--with", "nothing"], "NAME=COMMAND");
    misuse(&["locks", "--with", "tokio=true"], "already");
    let long = format!("{}=true", "x".repeat(41));
    misuse(&["locks", "--with", &long], "at most 40 characters");
    misuse(&["--rounds", "1", "locks"], "write the model first");
    misuse(&["semaphores", "ftp://localhost/"], "ftp");
    misuse(&["semaphores", "nonsense"], "not a URL");
    misuse(&["semaphores", "--urls-from", "/dev/null"], "names no URL");
    misuse(
        &["semaphores", "--urls-from", "/nonesuch"],
        "can't read URLs",
    );
}

/// Whatever does not fit what else was given is refused, and defaults fit everything.
#[test]
fn flags_that_would_be_ignored_conflict() {
    for flag in ["--tasks", "--bytes", "--mix"] {
        misuse(&["semaphores", "http://localhost/", flag, "1"], flag);
        misuse(&["semaphores", "--urls-from", "x", flag, "1"], flag);
        misuse(&["semaphores", "--path", "/bytes/1", flag, "1"], flag);
    }
    misuse(
        &["gather", "--path", "/hang", "--latency", "1ms"],
        "--latency",
    );
    misuse(
        &["gather", "http://localhost/", "--path", "/hang"],
        "--path",
    );
    let args = ["semaphores", "--path", "/bytes/10", "--variants", "smol"];
    let output = output(&[&args[..], &["--rounds", "1", "--json"]].concat());
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["models"][0]["job"], "1 URL, at most 100 in flight");
}

#[test]
fn a_demo_is_run_and_says_how() {
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
        command
            .arg("run")
            .args(args)
            .output()
            .expect("compare starts")
    };
    let output = run(&["locks", "--variants", "std_atomic", "--increments", "10"]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}");
    assert!(stdout.contains("count 100 of 100"), "{stdout}");
    let help = run(&["locks", "--help"]).stdout;
    let help = String::from_utf8_lossy(&help);
    assert!(help.contains("Usage: compare run locks"), "{help}");
    for (args, words) in [
        (&["lokcs"][..], "did you mean locks?"),
        (&["locks", "--workers", "0"], "from 1 to"),
        (&[], "<MODEL>"),
    ] {
        let output = run(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn help_is_no_wider_than_a_terminal_and_shows_the_comparison() {
    for (args, words) in [
        (&["--help"][..], "Examples:"),
        (&["semaphores", "--help"], "[default: 300]"),
        (&["help", "semaphores"], "[default: 300]"),
        (&["run", "semaphores", "--help"], "[default: 100]"),
        (&["process-pool", "--help"], "--fault"),
        (&["faults", "--help"], "MODEL"),
        (&["how", "--help"], "few words"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_compare"))
            .args(args)
            .env("COLUMNS", "80")
            .output()
            .expect("compare starts");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{args:?}");
        assert!(text.contains(words), "no {words:?} in {text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
    }
}

#[test]
fn exercises_are_listed_and_a_slip_is_seen() {
    let exercise = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
        let output = command.arg("exercise").args(words).output();
        output.expect("compare starts")
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let listed = text(&exercise(&[]).stdout);
    assert!(listed.contains("] at_most_tokio "), "{listed}");
    let of_one = text(&exercise(&["locks"]).stdout);
    assert!(of_one.contains("] count_tokio "), "{of_one}");
    assert!(!of_one.contains("] at_most_tokio "), "{of_one}");
    let slip = exercise(&["at_most_tokyo"]);
    assert_eq!(slip.status.code(), Some(2));
    assert!(text(&slip.stderr).contains("at_most_tokio"), "{slip:?}");
}

#[test]
fn a_report_needs_results() {
    for (file, words) in [
        ("/nonesuch", "/nonesuch: can't be read"),
        ("/dev/null", "not results of compare"),
    ] {
        misuse(&["report", file], words);
    }
    misuse(&["report"], "<FILE>");
}

#[test]
fn a_peer_that_hangs_is_killed_with_all_its_processes() {
    let mark = format!("{}.25", 1000 + std::process::id());
    let started = Instant::now();
    let (code, json) = with(
        &format!("sleep {mark} & sleep {mark}"),
        &["--time-limit", "1s"],
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(code, Some(1));
    assert!(
        failure(&json).contains("killed after 1s"),
        "{}",
        failure(&json)
    );
    let processes = Command::new("ps").args(["-eo", "args"]).output();
    let processes = String::from_utf8_lossy(&processes.expect("ps").stdout).into_owned();
    assert!(!processes.contains(&format!("sleep {mark}\n")));
}

/// Beside another row, a peer that isn't there is no failure; alone it is.
#[test]
fn nothing_that_ran_is_a_failure() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    for (variants, code) in [("std_atomic,node", 0), ("node", 1)] {
        let mut args = vec!["locks", "--variants", variants, "--rounds", "1"];
        args.extend(["--increments", "1000"]);
        let output = compare(directory.path(), &args)
            .env("PATH", directory.path())
            .output()
            .expect("compare starts");
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains("needs Node"), "{stdout}");
        assert_eq!(output.status.code(), Some(code), "{stdout}");
    }
}

#[test]
fn the_seed_is_kept() {
    assert_eq!(with("exit 0", &["--seed", "7"]).1["models"][0]["seed"], 7);
    assert_eq!(with("exit 0", &[]).1["models"][0]["seed"], 1);
}

#[test]
fn replies_that_are_none_are_rows_that_say_why() {
    let why = |command| failure(&with(command, &[]).1);
    assert!(why("exit 0").contains("no reply"));
    assert!(why("echo nonsense").contains("not what the trial protocol asks for"));
    assert!(why("echo the cause >&2; exit 3").contains("exit code 3: the cause"));
    assert!(why("kill -9 $$").contains("killed by signal 9"));
    assert!(why("nonesuch-program").contains("exit code 127"));
}

#[test]
fn a_time_that_was_not_taken_is_none() {
    let counter = r#""counter":{"entered":4000,"left":4000},"poisoned":false"#;
    let ok = r#"{"ok":null},{"ok":null},{"ok":null},{"ok":null}"#;
    for nanos in ["0", "3600000000000"] {
        let reply =
            format!(r#"{{"nanos":{nanos},"output":{{{counter},"outcomes":[{ok}]}}}}"#);
        let (code, json) = with(&format!("cat >/dev/null; echo '{reply}'"), &[]);
        assert_eq!(code, Some(1));
        let why = failure(&json);
        assert!(why.contains("for the job, and was there for"), "{why}");
    }
}

#[test]
fn a_wrong_answer_has_no_time() {
    let counter = r#""counter":{"entered":4000,"left":3999},"poisoned":false"#;
    let ok = r#"{"ok":null},{"ok":null},{"ok":null},{"ok":null}"#;
    let reply = format!(r#"{{"nanos":1,"output":{{{counter},"outcomes":[{ok}]}}}}"#);
    let (code, json) = with(&format!("cat >/dev/null; echo '{reply}'"), &[]);
    assert_eq!(code, Some(1));
    assert!(
        failure(&json).contains("check failed"),
        "{}",
        failure(&json)
    );
}

/// The answer is the last that is seen; tables come on request.
#[test]
fn models_beside_each_other_end_the_output() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let run = |mut command: Command| {
        let output = command.env("COLUMNS", "80").output();
        let output = output.expect("compare starts");
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).expect("text")
    };
    let of_all = |more: &[&str]| {
        let args = [&["--variants", "sharded", "--rounds", "1"], more].concat();
        run(compare(directory.path(), &args))
    };
    let text = of_all(&[]);
    let legend = "A number is a time";
    let (before, overview) = text.split_once("report: ").expect("a report");
    assert!(
        before.starts_with("locks (4 workers ×")
            && before.contains(": sharded alone was measured"),
        "{text}"
    );
    assert!(
        !before.contains("memory"),
        "a table that nobody wants: {text}"
    );
    assert!(overview.contains(legend), "{text}");
    assert!(of_all(&["--tables"]).contains("memory"));
    let mut report = Command::new(env!("CARGO_BIN_EXE_compare"));
    report
        .arg("report")
        .arg(directory.path().join("results.json"));
    assert!(run(report).contains(legend));
}

/// Variables of Node's and Python's change what their programs do; what peers do is the same.
#[test]
fn variables_change_no_peer() {
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["run", "semaphores", "--tls", "--path", "/wrong-host"])
        .args(["--path", "/odd/head-nul", "--variants", "node"])
        .env("NODE_TLS_REJECT_UNAUTHORIZED", "0")
        .env("NODE_OPTIONS", "--insecure-http-parser")
        .output()
        .expect("compare starts");
    let said = String::from_utf8_lossy(&output.stdout);
    // It may not be there.
    assert!(!said.contains("check failed"), "{said}");
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["run", "locks", "--increments", "10", "--variants", "python"])
        .env("PYTHONSAFEPATH", "1")
        .output()
        .expect("compare starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!said.contains("No module named"), "{said}");
}
