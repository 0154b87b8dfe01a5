//! Sweeps from end to end: files, endings, interruption and misuse.

mod interrupted;

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use test_fixtures::temporary::TemporaryDir;

use interrupted::interrupted;

fn sweep(directory: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.arg("sweep").args(words.split(' '));
    command.arg("--out").arg(directory);
    command
}

fn folder() -> TemporaryDir {
    TemporaryDir::new().expect("a temporary directory")
}

fn output(directory: &Path, words: &str) -> Output {
    sweep(directory, words).output().expect("compare starts")
}

fn json(directory: &Path) -> Value {
    let json = std::fs::read(directory.join("sweep.json")).expect("results");
    serde_json::from_slice(&json).expect("whole JSON")
}

fn line<'a>(json: &'a Value, name: &str) -> &'a Value {
    let lines = json["lines"].as_array().expect("lines");
    let line = lines.iter().find(|line| line["name"] == name);
    line.unwrap_or_else(|| panic!("no line {name}"))
}

fn sizes(line: &Value) -> Vec<u64> {
    let marks = line["marks"].as_array().expect("marks");
    let sizes = marks.iter().filter_map(|mark| mark["value"].as_u64());
    sizes.collect()
}

#[test]
fn a_sweep_tells_every_size_in_every_form() {
    let directory = folder();
    let words =
        "locks --over increments=10..1000 --variants std_atomic,sharded --rounds 1";
    let output = output(directory.path(), words);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let text = String::from_utf8_lossy(&output.stdout);
    for words in [
        "locks over increments: 7 sizes from 10 to 1,000",
        "growth of time",
        "(one core)",
        "(one core): the same work on one core",
        "?: not known with fewer than 6 rounds",
        "6 rounds of a size are needed",
        "sweep.html",
    ] {
        assert!(text.contains(words), "no {words:?} in: {text}");
    }
    let tables = text.lines().filter(|line| !line.starts_with("charts: "));
    for line in tables {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let json = json(directory.path());
    for name in ["std_atomic", "sharded"] {
        let line = line(&json, name);
        assert_eq!(sizes(line), [10, 22, 46, 100, 215, 464, 1000]);
        assert!(line["end"].is_null());
    }
    let read = |name| std::fs::read_to_string(directory.path().join(name)).expect(name);
    assert_eq!(read("sweep.csv").lines().count(), 15);
    assert!(read("sweep.md").contains("std_atomic"));
    assert_eq!(read("sweep.html").matches("<svg").count(), 3);
}

#[test]
fn a_sweep_may_begin_at_zero() {
    let directory = folder();
    let words = "locks --over reads=0..10 --increments 10 --workers 2 --rounds 1 \
                 --variants std_mutex,std_rwlock";
    let output = output(directory.path(), words);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let text = String::from_utf8_lossy(&output.stdout);
    let words = "locks over reads: 5 sizes from 0 to 10";
    assert!(text.contains(words), "{text}");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    let json = json(directory.path());
    assert_eq!(sizes(line(&json, "std_rwlock")), [0, 1, 2, 5, 10]);
    let html = directory.path().join("sweep.html");
    let html = std::fs::read_to_string(html).expect("the page");
    assert_eq!(html.matches("<svg").count(), 3);
    assert!(!html.contains("NaN"), "a place that is none");
}

#[test]
fn results_are_printed_in_the_form_that_was_asked_for() {
    let words = "locks --over increments=10,20 --variants std_atomic --rounds 1";
    let stdout = |form| {
        let output = output(folder().path(), &format!("{words} {form}"));
        String::from_utf8(output.stdout).expect("text")
    };
    let json: Value = serde_json::from_str(&stdout("--json")).expect("JSON");
    assert_eq!(json["field"], "increments");
    let csv = stdout("--csv");
    let columns: Vec<_> = csv.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(columns, [13, 13, 13], "{csv}");
    assert!(stdout("--markdown").starts_with("# Sweep\n"));
}

#[test]
fn a_line_ends_at_the_time_limit_and_the_others_go_on() {
    // It takes as long as the first increments ask for, so that only the last size is too
    // much.
    let peer = folder();
    let program = peer.path().join("peer.sh");
    let script = r#"job=$(cat)
        case $job in *'"increments":1000,'*) sleep 60 ;; esac
        number() { printf '%s' "$job" | sed "s/.*\"$1\":\([0-9]*\).*/\1/"; }
        count=$(($(number workers) * $(number increments)))
        outcomes='{"ok":null},{"ok":null}'
        printf '{"nanos":1000,"output":{"counter":{"entered":%s,"left":%s},' $count $count
        printf '"poisoned":false,"outcomes":[%s]}}' "$outcomes""#;
    std::fs::write(&program, script).expect("a script");
    let directory = folder();
    let words = "locks --over increments=10,100,1000,2000 --workers 2 --rounds 1 \
                 --variants std_atomic --time-limit 1s --with";
    let with = format!("slow=sh {}", program.display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command
        .arg("sweep")
        .args(words.split_whitespace())
        .arg(with);
    let output = command.arg("--out").arg(directory.path()).output();
    let output = output.expect("compare starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("slow ends at increments 1,000: killed after 1s"),
        "{text}"
    );
    let json = json(directory.path());
    assert_eq!(sizes(line(&json, "slow")), [10, 100]);
    assert_eq!(line(&json, "slow")["end"]["value"], 1000);
    assert_eq!(sizes(line(&json, "std_atomic")), [10, 100, 1000, 2000]);
    let last = json["points"][3]["results"]["rows"]
        .as_array()
        .expect("rows");
    assert!(
        last.iter().all(|row| row["name"] != "slow"),
        "it is not tried again"
    );
}

#[test]
fn a_line_ends_where_the_descriptors_do() {
    let directory = folder();
    // A hundred requests wait at once, for long enough that all are under way together.
    let command = format!(
        "ulimit -n 64; exec '{}' sweep semaphores --over tasks=4,100 --limit 100 \
         --latency 500ms --timeout 3s --variants std_only --rounds 1 --out '{}'",
        env!("CARGO_BIN_EXE_compare"),
        directory.path().display()
    );
    let output = Command::new("sh").args(["-c", &command]).output();
    let output = output.expect("compare starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("std_only ends at tasks 100: "), "{text}");
    assert_eq!(sizes(line(&json(directory.path()), "std_only")), [4]);
}

#[test]
fn an_interrupted_sweep_keeps_what_it_has() {
    let directory = folder();
    let words = "locks --over increments=10,20000000000 --variants std_atomic --rounds 6";
    let told = interrupted(sweep(directory.path(), words), "2 of 2");
    assert!(told.contains("interrupted: locks at size 1 of 2"), "{told}");
    let kept = json(directory.path());
    assert_eq!(kept["interrupted"], true);
    assert_eq!(kept["points"].as_array().map(Vec::len), Some(1));
    // Before the first size is done there is nothing to keep, and the older sweep stays.
    let words = "locks --over increments=20000000000,20000000001 --variants std_atomic";
    let told = interrupted(sweep(directory.path(), words), "1 of 2");
    assert!(told.contains("nothing was written"), "{told}");
    assert_eq!(json(directory.path()), kept);
}

/// Over a rate each row has a knee, or a bound of it, and every form says so.
#[test]
fn over_a_rate_there_are_knees() {
    let directory = folder();
    let words = "semaphores --over rate=500,1000 --tasks 100 --latency 1ms \
                 --variants tokio,std_only --rounds 2";
    let output = output(directory.path(), words);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let text = String::from_utf8_lossy(&output.stdout);
    for words in ["p99", "knee", "the limit is", "p99 goes above"] {
        assert!(text.contains(words), "no {words:?} in: {text}");
    }
    let tables = text.lines().filter(|line| !line.starts_with("charts: "));
    for line in tables {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let json = json(directory.path());
    assert_eq!(json["latency"], "response");
    let limit = json["limit"]["nanos"].as_f64().expect("a limit");
    let mut lowest = f64::INFINITY;
    for name in ["tokio", "std_only"] {
        let line = line(&json, name);
        let p99 = line["marks"][0]["p99"].as_array().expect("rounds");
        assert_eq!(p99.len(), 2);
        let nanos = p99.iter().filter_map(|one| one["nanos"].as_f64());
        lowest = lowest.min(nanos.sum::<f64>() / 2.0);
        assert_eq!(line["knee"]["rounds"], 2);
        assert!(line["knee"]["interval"].is_null());
    }
    assert!((limit / lowest - 2.0).abs() < 1e-6, "{limit}, {lowest}");
    let page = std::fs::read_to_string(directory.path().join("sweep.html"));
    assert_eq!(page.expect("a page").matches("<svg").count(), 4);
}

/// The load comes from outside there, and says of each round whether it was late itself.
#[test]
fn servers_have_knees() {
    let directory = folder();
    let words = "serving --over rate=200,400 --requests 200 --variants tokio,std_only \
                 --rounds 2";
    let output = output(directory.path(), words);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let json = json(directory.path());
    assert_eq!(json["latency"], "response");
    let mut is_limit_due = false;
    for name in ["tokio", "std_only"] {
        let line = line(&json, name);
        let p99 = |mark: &Value| mark["p99"].as_array().expect("rounds").clone();
        let all: Vec<Value> = [0, 1]
            .into_iter()
            .flat_map(|at| p99(&line["marks"][at]))
            .collect();
        assert_eq!(all.len(), 4, "{line}");
        for one in &all {
            // No request of two hundred takes a second, and none comes in no time.
            let nanos = one["nanos"].as_u64().expect("a time");
            assert!((1_000..1_000_000_000).contains(&nanos), "{one}");
        }
        let is_own = |one: &Value| one["is_of_load"] != true;
        is_limit_due |= p99(&line["marks"][0]).iter().all(is_own);
        let rounds = line["knee"]["rounds"].as_u64().unwrap_or(0);
        assert!(rounds <= 2, "{line}");
    }
    assert!(!is_limit_due || json["limit"]["nanos"].is_f64(), "{json}");
}

/// Over any other field p99 stands beside the rest, where it was asked for.
#[test]
fn percentiles_of_a_sweep_are_asked_for() {
    let words = "semaphores --over limit=10,20 --tasks 100 --latency 1ms --rounds 1 \
                 --variants tokio";
    for (flag, columns) in [("", 13), (" --percentiles", 17)] {
        let output = output(folder().path(), &format!("{words} --csv{flag}"));
        let csv = String::from_utf8(output.stdout).expect("text");
        let counts: Vec<_> = csv.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(counts, [columns; 3], "{csv}");
    }
}

#[test]
fn misuse_is_one_line() {
    for (words, told) in [
        ("locks --over nonesuch=1..9", "workers, increments, reads"),
        ("locks --over increments=9..1", "write 1..9"),
        ("locks --over workers=0..9", "from 1 to 10000"),
        ("locks --over increments=9..9", "one size"),
        ("locks --over increments=1..9 --points 1", "from 2 to 100"),
        (
            "locks --over increments=1..9 --increments 3",
            "leave it out",
        ),
        ("locks --over workers=1..20000", "from 1 to 10000"),
        (
            "locks --over rate=1000,2000",
            "locks has no rate; gather, semaphores",
        ),
        ("locks", "--over"),
        ("nonesuch --over n=1..9", "gather, semaphores"),
        ("--over n=1..9 locks", "write the model first"),
        (
            "locks --over increments=1..9 --variants nonesuch",
            "std_mutex",
        ),
    ] {
        let directory = folder();
        let output = output(directory.path(), words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{words}: {stderr}");
        assert!(stderr.contains(told), "no {told:?} in: {stderr}");
        assert!(output.stdout.is_empty());
    }
}
