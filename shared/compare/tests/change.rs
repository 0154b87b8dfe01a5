//! Two results compared: what got slower, what can't be compared, and what is refused.

mod made_up;

use std::{fs, path::Path, process::Output};

use serde_json::{Value, json};

use made_up::{Files, assert_misuse, compare, results, row, stdout};

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
        "up to 5.0 % is noise; floor 50.0 ms, now 50.0 ms",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "no {line:?}: {text}"
        );
    }
    assert!(text.contains("1.50 1.4"), "{text}");
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
    // With the resolution of one of the two, 10 % is no difference.
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
    failing["summary"] = Value::Null;
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
    refused("list", "[]", "expected an object");
    refused("new", "{\"version\":7,\"models\":[]}", "version 7");
    refused("cut", "{\"version\":1,\"models\":[]}", "damaged results");
    refused(
        "merged",
        "{\"version\":1,\"machines\":[]}",
        "merged results",
    );
    refused(
        "sweep",
        "{\"version\":1,\"points\":[]}",
        "results of a sweep, which",
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
    for words in [
        &[][..],
        &["one"],
        &["a.json", "b.json", "c.json"],
        &["a"; 4],
    ] {
        let output = compare(&[&["diff"], words].concat());
        assert_misuse(
            &output,
            "compare diff MODEL A B, of two variants, or compare diff",
        );
    }
    let output = compare(&["diff", "locks", "tokio", "smol"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("tokio"));
}

/// Others may have written the file: what can't be is not shown as a fact.
#[test]
fn figures_that_cannot_be_are_refused_in_a_line() {
    let files = Files::new();
    let good = results(&[row("a", 100, 10)]);
    let good_file = files.write("good.json", &good);
    let sample = "/models/0/rows/2/samples/0";
    let summary = "/models/0/rows/2/summary";
    let timeline = |bar: Value| json!({"nanos": 100, "lanes": ["one"], "bars": [bar], "left_out": 0});
    for (pointer, value, words) in [
        (format!("{sample}/nanos"), json!(0), "no time at all"),
        (
            format!("{sample}/facts/seen/0/value"),
            json!(5),
            "5 of 4 are ok",
        ),
        (
            format!("{sample}/facts"),
            json!({"seen": [], "done": {"items": 3, "of": 2}}),
            "3 of 2 were done",
        ),
        (
            format!("{sample}/facts"),
            json!({"seen": [], "done": {"items": 3, "of": u64::MAX}}),
            "what is due is",
        ),
        (
            "/models/0/rows/2/timeline".into(),
            json!({"nanos": 100, "lanes": [], "bars": [], "left_out": u64::MAX}),
            "the number of pieces not kept is",
        ),
        ("/models/0/trials".into(), json!(0), "the trials of a round"),
        (
            "/models/0/reference".into(),
            json!("nobody"),
            "is the reference, and no row",
        ),
        (
            "/models/0/rows".into(),
            json!([]),
            "is the reference, and no row",
        ),
        (format!("{sample}/nanos"), json!(u64::MAX), "the time is"),
        (format!("{sample}/nanos"), json!(-5), "invalid value"),
        (format!("{sample}/nanos"), json!(1e30), "invalid type"),
        (
            format!("{sample}/memory/peak"),
            json!(u64::MAX),
            "the memory is",
        ),
        (
            format!("{sample}/memory/before"),
            json!(1_u64 << 60),
            "the memory is",
        ),
        (
            format!("{sample}/usage/user_nanos"),
            json!(u64::MAX),
            "user mode",
        ),
        (
            format!("{sample}/usage/voluntary_switches"),
            json!(u64::MAX),
            "switches",
        ),
        (
            format!("{sample}/round"),
            json!(1),
            "round 1 stands there twice",
        ),
        (format!("{sample}/round"), json!(77), "round 77 of 6"),
        (
            format!("{summary}/latency"),
            json!({"items": 100, "of_load": 7, "service": []}),
            "7 of 6 trials are the load's own",
        ),
        (
            "/models/0/rows/2/failures".into(),
            json!({"2": "no"}),
            "both failed",
        ),
        (
            "/models/0/rows/2/samples".into(),
            json!([]),
            "a summary of no samples",
        ),
        (
            format!("{summary}/time/median"),
            json!(1.0),
            "the median of the times",
        ),
        (
            format!("{summary}/time/median"),
            json!(-1.0),
            "the median of the times",
        ),
        (
            format!("{summary}/time/median"),
            Value::Null,
            "invalid type: null",
        ),
        (
            format!("{summary}/time/interval"),
            json!([9e9, 1.0]),
            "the time is",
        ),
        (
            format!("{summary}/to_reference/median"),
            json!(0.0),
            "to the reference is 0",
        ),
        (
            format!("{summary}/to_floor/median"),
            json!(-3.0),
            "to the floor is -3",
        ),
        (format!("{summary}/cpu"), json!(-1.0), "of all cores is -1"),
        (
            format!("{summary}/memory"),
            json!(1e300),
            "the memory is 1e300, and in its samples 1e7 to 1.03e7",
        ),
        (
            format!("{summary}/switches"),
            json!(1e300),
            "the switches is",
        ),
        (format!("{summary}/memory"), json!(1e12), "the memory is"),
        (format!("{summary}/cpu"), json!(1e15), "of all cores is"),
        (
            "/models/0/rows/2/name".into(),
            json!("base"),
            "\"base\" stands there twice",
        ),
        ("/models/0/rows/2/name".into(), json!(""), "is no name"),
        (
            "/models/0/ties".into(),
            json!([["a", "zebra"]]),
            "\"zebra\" is a tie",
        ),
        (
            "/models/0/resolution".into(),
            json!(0.5),
            "the resolution is 0.5",
        ),
        (
            "/models/0/resolution".into(),
            json!(1e9),
            "the resolution is",
        ),
        ("/models/0/rounds".into(), json!(u64::MAX), "the rounds is"),
        (
            "/models/0/floors/0/nanos".into(),
            json!(u64::MAX),
            "a floor is",
        ),
        ("/started".into(), json!(u64::MAX), "the start is"),
        ("/host/cores".into(), json!(u32::MAX), "the cores is"),
        ("/host/memory".into(), json!(u64::MAX), "memory is"),
        ("/host/load".into(), json!(-1.0), "the load is -1"),
        ("/host/load".into(), json!(1e15), "the load is"),
        (
            "/models/0/rows/2/timeline".into(),
            timeline(json!({"lane": 3, "task": "0", "start": 1, "end": 2})),
            "on lane 3 of 1",
        ),
        (
            "/models/0/rows/2/timeline".into(),
            timeline(json!({"lane": 0, "task": "0", "start": 2, "end": 1})),
            "from 2 to 1 ns",
        ),
        (
            "/models/0/rows/2/timeline".into(),
            timeline(json!({"lane": 0, "task": "0", "start": 2, "end": u64::MAX})),
            "the end of a piece of work",
        ),
    ] {
        let mut bad = good.clone();
        bad["models"][0]["rows"][2]["timeline"] = Value::Null;
        bad["models"][0]["rows"][2]["summary"]["latency"] = Value::Null;
        *bad.pointer_mut(&pointer).expect("a place") = value;
        let bad = files.write("bad.json", &bad);
        for command in ["diff", "merge"] {
            let output = compare(&[Path::new(command), &good_file, &bad]);
            assert_misuse(&output, "damaged results");
            assert_misuse(&output, words);
        }
        assert_misuse(&compare(&[Path::new("report"), &bad]), words);
    }
    let mut long = good.clone();
    long["models"][0]["rows"][0]["kind"] = "x".repeat(100_000).into();
    let long = compare(&[Path::new("report"), &files.write("bad.json", &long)]);
    assert_misuse(&long, "damaged results");
    assert!(long.stderr.len() < 1000, "{} bytes", long.stderr.len());
    let mut twice = good.clone();
    let model = twice["models"][0].clone();
    twice["models"].as_array_mut().expect("models").push(model);
    let twice = files.write("bad.json", &twice);
    assert_misuse(
        &compare(&[Path::new("report"), &twice]),
        "\"locks\" stands there twice",
    );
    // As text: what JSON has no number for.
    let text = good.to_string();
    for number in ["NaN", "inf", "1e999", "18446744073709551616"] {
        let bad = files.path("bad.json");
        let bad_text = text.replacen(
            "\"resolution\":1.05",
            &format!("\"resolution\":{number}"),
            1,
        );
        assert_ne!(bad_text, text);
        fs::write(&bad, bad_text).expect("it can be written");
        let output = compare(&[Path::new("report"), &bad]);
        assert_eq!(output.status.code(), Some(2), "{number}");
    }
}
