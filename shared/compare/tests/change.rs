//! Two results compared: what got slower, what can't be said, and what is refused.

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
        "resolution a factor of 1.050; floor 50.0 ms, now 50.0 ms",
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
