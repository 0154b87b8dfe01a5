//! What reaches a terminal: nothing that others wrote does anything to it, and nothing but
//! ASCII where the locale takes no more.

#[expect(dead_code, reason = "other tests need the rest of it")]
mod made_up;

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    process::{Command, Output},
};

use made_up::{Files, results, row};
use serde_json::{Value, json};

/// Clears the screen, goes back, turns the direction of writing, ends a table's cell.
const HOSTILE: &str = "x\u{1b}[2J\r\u{8}\u{7f}\u{9b}31m\u{202e}\u{200b}|`y\nforged: 1 ms";

fn output(args: &[impl AsRef<OsStr>], locale: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(args)
        .env("LC_ALL", locale)
        .output()
        .expect("compare starts")
}

/// The words of a line.
fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// Both outputs are lines of what can be seen.
#[track_caller]
fn assert_plain(output: &Output) -> String {
    let mut both = String::new();
    for bytes in [&output.stdout, &output.stderr] {
        let text = str::from_utf8(bytes).expect("text");
        let is_seen = |c: char| {
            c == '\n' || !(c.is_control() || ['\u{202e}', '\u{200b}'].contains(&c))
        };
        assert!(text.chars().all(is_seen), "{text:?}");
        assert!(
            !text.lines().any(|line| line.starts_with("forged")),
            "{text}"
        );
        both += text;
    }
    both
}

fn locks(with: &str, more: &[&str]) -> Output {
    let files = Files::new();
    let out = files.path("out");
    let mut args = words("locks --workers 1 --increments 10 --variants std_atomic");
    args.extend(["--rounds", "1", "--with", with, "--out"].map(str::to_owned));
    args.push(out.to_str().expect("text").to_owned());
    args.extend(more.iter().map(|word| (*word).to_owned()));
    let output = output(&args, "C.UTF-8");
    for file in ["results.json", "results.md", "results.csv", "report.html"] {
        let Ok(text) = fs::read_to_string(out.join(file)) else {
            continue;
        };
        let is_seen = |c: char| c == '\n' || c == '\t' || !c.is_control();
        assert!(text.chars().all(is_seen), "{file}");
    }
    output
}

#[test]
fn a_programs_words_do_nothing_to_a_terminal() {
    let says =
        "printf 'a\\rb\\bc\\033[2J\\302\\233d | `e` \\342\\200\\256f\\n' >&2; exit 3";
    let replies = "printf '{\"nanos\": 1, \"output\": 1, \"\\\\u001b[2J\\\\r|`\": 1}'";
    let text = "printf '\\033[2J\\r\\n\\302\\233forged'";
    for command in [says, replies, text] {
        let with = format!("own={command}");
        for form in ["--timeline", "--markdown", "--csv", "--json"] {
            let output = locks(&with, &[form]);
            let both = assert_plain(&output);
            assert_eq!(output.status.code(), Some(1), "{both}");
        }
    }
    let output = locks(&format!("own={says}"), &["--markdown"]);
    let both = assert_plain(&output);
    let line = "- own: exit code 3: a\\\\rb\\\\u{8}c\\\\u{1b}\\[2J\\\\u{9b}d \\| \\`e\\` \
                \\\\u{202e}f";
    assert!(both.contains(line), "{both}");
}

#[test]
fn a_command_line_does_nothing_to_a_terminal() {
    let files = Files::new();
    let list = files.path("list");
    fs::write(&list, format!("http://127.0.0.1:1/\n{HOSTILE}\n")).expect("a list");
    let list = list.to_str().expect("text");
    let url = format!("http://127.0.0.1:1/{HOSTILE}");
    let with = format!("{HOSTILE}=true");
    for args in [
        &[HOSTILE][..],
        &["locks", "--variants", HOSTILE],
        &["locks", "--reference", HOSTILE],
        &["locks", "--with", &with],
        &["locks", "--with", HOSTILE],
        &["locks", "--workers", HOSTILE],
        &["locks", &format!("--{HOSTILE}")],
        &["locks", "--trace", &format!("/dev/null/{HOSTILE}")],
        &["locks", "--out", &format!("/dev/null/{HOSTILE}")],
        &["semaphores", "--path", HOSTILE],
        &["semaphores", &url],
        &["semaphores", "--urls-from", HOSTILE],
        &["semaphores", "--urls-from", list],
        &["semaphores", "--cacert", HOSTILE, "https://127.0.0.1:1/"],
        &[
            "run",
            "thread-pool",
            "--dir",
            &format!("/dev/null/{HOSTILE}"),
            "http://[::1]/a",
        ],
        &["run", "thread-pool", "--scratch", HOSTILE],
        &["run", "locks", "source", HOSTILE],
        &["run", HOSTILE],
        &["diff", "locks", HOSTILE, "tokio"],
        &["diff", HOSTILE, HOSTILE],
        &["take", "locks", HOSTILE],
        &["how", HOSTILE],
        &["choose", "--answers", HOSTILE],
        &["choose", "--answers", &format!("waits={HOSTILE}")],
        &["choose", "--answers", "waits=value", "--from", HOSTILE],
        &["merge", HOSTILE, list],
        &["report", HOSTILE],
        &["sweep", "locks", "--over", HOSTILE],
        &["faults", HOSTILE],
        &["completions", HOSTILE],
    ] {
        let output = output(args, "C.UTF-8");
        let both = assert_plain(&output);
        assert!(
            matches!(output.status.code(), Some(1 | 2)),
            "{args:?}: {both}"
        );
        assert_eq!(both.lines().count(), 1, "{args:?}: {both}");
    }
}

#[test]
fn an_argument_that_is_no_text_is_no_panic() {
    let files = Files::new();
    let mut out = files.path("").into_os_string();
    out.push(OsStr::from_bytes(b"caf\xe9"));
    let mut args: Vec<_> =
        words("locks --workers 1 --increments 10 --rounds 1 --variants")
            .into_iter()
            .chain([String::from("std_atomic"), String::from("--out")])
            .map(std::ffi::OsString::from)
            .collect();
    args.push(out.clone());
    let output = output(&args, "C.UTF-8");
    let both = assert_plain(&output);
    assert_eq!(output.status.code(), Some(0), "{both}");
    assert!(
        fs::exists(std::path::Path::new(&out).join("report.html"))
            .expect("it can be seen")
    );
}

/// Results from a stranger, in which every text is hostile.
fn hostile() -> Value {
    let mut mean = row("other", 120, 10);
    mean["about"] = json!(HOSTILE);
    mean["failures"] = json!({"6": HOSTILE});
    mean["deviations"] = json!({HOSTILE: {"why": HOSTILE, "reason": HOSTILE}});
    mean["samples"][5]["facts"]["seen"] = json!([{"name": HOSTILE, "value": HOSTILE}]);
    mean["timeline"] = json!({"nanos": 10, "left_out": 0, "lanes": [HOSTILE],
        "bars": [{"lane": 0, "task": HOSTILE, "start": 0, "end": 9, "note": HOSTILE}]});
    mean["source"] = json!({"path": HOSTILE, "text": HOSTILE, "needs": [HOSTILE]});
    let mut all = results(&[mean]);
    all["command"] = json!(["compare", HOSTILE]);
    all["host"]["processor"] = json!(HOSTILE);
    all["host"]["packages"] = json!({HOSTILE: HOSTILE});
    let model = &mut all["models"][0];
    for field in ["about", "job"] {
        model[field] = json!(HOSTILE);
    }
    model["args"] = json!(["--workers", HOSTILE]);
    model["noisy"] = json!([{"round": 0, "why": HOSTILE}]);
    model["floors"] = json!([{"nanos": 50_000_000, "reason": HOSTILE}]);
    all
}

#[test]
fn a_strangers_results_do_nothing_to_a_terminal_or_a_page() {
    let files = Files::new();
    let path = |name: &str| files.path(name).to_str().expect("text").to_owned();
    let name = format!("{}.json", HOSTILE.replace('/', ""));
    files.write(&name, &hostile());
    files.write("b.json", &hostile());
    let (a, b, page) = (path(&name), path("b.json"), path("page.html"));
    for args in [
        &["diff", &a, &b][..],
        &["merge", &a, &b],
        &["merge", "--markdown", &a, &b],
        &["merge", "--json", &a, &b],
        &["report", &a, "--out", &page],
        &["diff", &a, "/dev/null"],
        &["choose", "--answers", "waits=value", "--from", &a],
    ] {
        assert_plain(&output(args, "C.UTF-8"));
    }
    let page = fs::read_to_string(page).expect("it was written");
    let is_seen = |c: char| c == '\n' || c == '\t' || !c.is_control();
    assert!(page.chars().all(is_seen) && !page.contains('\u{202e}'));
    let merged = output(&["merge", "--markdown", &a, &b], "C.UTF-8");
    let merged = assert_plain(&merged);
    let cells = merged.lines().filter(|line| line.starts_with('|'));
    let bars: Vec<_> = cells
        .map(|line| line.replace("\\|", "").matches('|').count())
        .collect();
    assert!(
        bars.len() > 3 && bars.iter().all(|bar| *bar == bars[0]),
        "{merged}"
    );
}

/// One test, since each needs what the one before it wrote.
#[test]
fn every_command_is_ascii_where_the_locale_is() {
    let files = Files::new();
    let path = |name: &str| files.path(name).to_str().expect("text").to_owned();
    let (out, ours) = (path("out"), path("results.json"));
    files.write("results.json", &results(&[row("é書…", 120, 10)]));
    let own = format!("--rounds 1 --out {out}");
    let locks = "locks --workers 2 --increments 100 --variants std_mutex,std_atomic";
    for line in [
        "--help",
        "help sweep",
        "locks --help",
        "list",
        "list --json",
        &format!("{locks} --timeline {own}"),
        &format!("{locks} --markdown {own}"),
        &format!("{locks} --csv {own}"),
        &format!("{locks} --json {own}"),
        &format!(
            "sweep locks --over increments=10,20 --workers 1 --variants std_atomic {own}"
        ),
        &format!(
            "sweep locks --over increments=10,20 --workers 1 --variants std_atomic --markdown {own}"
        ),
        "run locks --workers 2 --increments 100 --variants std_mutex",
        "run thread-pool --tasks 3 --latency 1ms --variants rayon",
        "run hazards --hazard futurelock --variants tokio",
        "run locks list",
        "run locks source std_mutex",
        "diff locks std_mutex tokio --whole",
        "diff hazards futurelock/tokio",
        &format!("diff {ours} {ours}"),
        &format!("merge {ours} {out}/results.json"),
        &format!("merge --json {ours} {out}/results.json"),
        &format!("report {ours}"),
        "take semaphores tokio",
        "choose --tree",
        "choose --answers waits=value,value=total",
        "completions bash",
        "é",
    ] {
        for locale in ["C", "POSIX", "de_DE.ISO-8859-1"] {
            if locale != "C" && line.contains("--rounds") {
                continue;
            }
            let output = output(&words(line), locale);
            let both = assert_plain(&output);
            assert!(both.is_ascii(), "{locale}, {line}: {both}");
            assert!(
                output.status.code() == Some(0) || line == "é",
                "{line}: {both}"
            );
        }
    }
    let table = |locale| {
        let line = format!("diff {ours} {ours}");
        String::from_utf8(output(&words(&line), locale).stdout).expect("text")
    };
    assert!(table("C").contains("new / old"), "{}", table("C"));
    assert!(table("C.UTF-8").contains("new ÷ old"));
    let json = output(
        &words(&format!("merge --json {ours} {out}/results.json")),
        "C",
    );
    let merged: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert!(merged.to_string().contains("é書…"));
}
