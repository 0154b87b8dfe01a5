//! Figures in documents, and the results that they come from.

mod made_up;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

use made_up::{Files, assert_misuse, compare, results, row, stdout};

/// The documents whose findings have no figure typed by hand: the READMEs of models, their
/// chapters, and the pages of what was measured.
fn with_findings(root: &Path) -> Vec<String> {
    let below = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).expect("it is there");
        entries.map(|entry| entry.expect("an entry").path())
    };
    let readmes = below("crates").map(|model| model.join("README.md"));
    let pages = below("docs/src/learn").chain(below("docs/src/measured"));
    let pages = pages.filter(|path| path.extension().is_some_and(|it| it == "md"));
    let all = readmes.chain(pages);
    all.map(|path| path.display().to_string()).collect()
}

/// Kept results by the name `made-up`: `base` 100 ms, `fast` 50, `slow` 250 with a deviation;
/// and a sweep of the same, `grown`, at sizes 1 and 10.
struct Kept(Files);

impl Kept {
    fn new() -> Self {
        let files = Files::new();
        let kept = Self(files);
        let mut slow = row("slow", 250, 30);
        slow["legacy"] = json!(true);
        slow["deviations"] =
            json!({"a_case": {"why": "it is slow", "reason": "made up"}});
        for (round, sample) in slow["samples"]
            .as_array_mut()
            .expect("some")
            .iter_mut()
            .enumerate()
        {
            let seen = json!([{"name": "ok", "value": 4, "of": 4},
                {"name": "failed, late", "value": 100_000 + 1234 * round},
                {"name": "ms to stop (p99)", "value": 1.5 + round as f64},
                {"name": "stopped while", "value": "working 4"}]);
            sample["facts"]["seen"] = seen;
        }
        slow["survey"] = json!([
            {"item": "lost-update", "harm": "% lost", "bites": true, "failing": "50",
                "cost": "ms", "cure": "1.2"},
            {"item": "futurelock", "harm": "hangs", "spared": "no locks", "bites": false,
                "cost": "ms"}]);
        let all = results(&[row("fast", 50, 10), slow]);
        let from = kept.0.write("results.json", &all);
        kept.keep(&["made-up", "--from", from.to_str().expect("text")]);
        let sweep = sweep(&all);
        let from = kept.0.write("sweep.json", &sweep);
        kept.keep(&["grown", "--from", from.to_str().expect("text")]);
        kept
    }

    fn directory(&self) -> String {
        self.0.path("kept").to_str().expect("text").to_owned()
    }

    fn keep(&self, args: &[&str]) {
        let directory = self.directory();
        let args = [&["keep"][..], args, &["--results", &directory]].concat();
        let output = compare(&args);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }

    /// What becomes of a file that is spliced.
    fn splice_file(&self, file: &Path) -> Output {
        let directory = self.directory();
        compare(&[
            "splice",
            file.to_str().expect("text"),
            "--results",
            &directory,
        ])
    }

    /// What `splice` makes of a document: its exit code, the text, and its messages.
    fn splice(&self, text: &str, flags: &[&str]) -> (i32, String, String) {
        let document = self.0.path("a.md");
        fs::write(&document, text).expect("it can be written");
        let directory = self.directory();
        let file = document.to_str().expect("text");
        let args = [&["splice", file, "--results", &directory][..], flags].concat();
        let output = compare(&args);
        let text = fs::read_to_string(&document).expect("it is there");
        let said = String::from_utf8_lossy(&output.stderr).replace(file, "a.md");
        (output.status.code().expect("it ends"), text, said)
    }
}

/// A sweep whose sizes are all like these results.
fn sweep(all: &Value) -> Value {
    let point =
        |value: u64| json!({"value": value, "results": all["models"][0], "ended": []});
    json!({
        "version": 1, "command": ["compare", "sweep", "locks", "--over", "workers=1,10",
            "--out", "/somewhere"],
        "started": 0, "interrupted": false, "host": all["host"], "model": "locks",
        "about": "", "field": "workers", "args": [], "points": [point(1), point(10)],
        "lines": [], "bounds": [], "crossings": [],
    })
}

#[test]
fn figures_of_this_tree_are_those_of_its_results() {
    let output = compare(&["splice", "--check"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let documents = with_findings(&root);
    assert!(documents.len() > 30, "some are missing: {documents:?}");
    let mut args = vec!["splice", "--check", "--strict"];
    args.extend(documents.iter().map(String::as_str));
    let output = compare(&args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn a_figure_is_what_its_marker_names() {
    let kept = Kept::new();
    for (name, figure) in [
        ("made-up/slow time", "250 ms"),
        ("made-up/slow time ±", "250 ms"),
        ("made-up/slow time ÷ 10,000", "25.0 µs"),
        ("made-up/fast ratio", "0.50"),
        ("made-up/slow floor", "5.00"),
        ("made-up/slow verdict", "slower"),
        ("made-up/base,fast,slow time", "50.0 to 250 ms"),
        ("made-up/* floor", "1.00 to 5.00"),
        ("made-up/base again,base time", "100 ms"),
        ("made-up/fast,fast verdict", "faster"),
        // Two rows, round by round; either way round.
        ("made-up/slow/fast time", "5.00"),
        ("made-up/fast/slow time ±", "0.20"),
        ("made-up/fast/slow verdict", "faster"),
        ("made-up/fast,base/slow time", "0.20 to 0.40"),
        ("made-up/slow/fast memory", "3.00"),
        ("made-up/slow failed, late", "103,000"),
        ("made-up/slow failed, late ±", "100,000 to 106,000"),
        ("made-up/slow ms to stop (p99)", "4.00"),
        ("made-up/slow ms to stop (p99) ±", "1.50 to 6.50"),
        ("made-up/slow stopped while", "working 4"),
        ("made-up/slow ok", "4"),
        ("made-up/slow lost-update", "50"),
        ("made-up/slow lost-update cured", "1.2"),
        ("made-up/base memory", "10.1 MB"),
        ("made-up rounds", "6"),
        ("made-up resolution", "1.05"),
        ("made-up floor", "50.0 ms"),
        ("made-up command", "`cargo run --release`"),
        ("made-up version tokio", "1.0.0"),
        ("made-up date", "01 Jan 1970"),
        ("grown@10/slow time", "250 ms"),
        ("grown@1/slow/fast time", "5.00"),
        ("grown@1 rounds", "6"),
        (
            "grown command",
            "`cargo run --release -- sweep locks --over workers=1,10`",
        ),
    ] {
        let text = format!("so <!--={name}-->old<!--/--> it is\n");
        let (code, spliced, said) = kept.splice(&text, &[]);
        assert_eq!(code, 0, "{name}: {said}");
        assert_eq!(
            spliced,
            format!("so <!--={name}-->{figure}<!--/--> it is\n")
        );
        let (code, _, said) = kept.splice(&spliced, &["--check"]);
        assert_eq!(code, 0, "{name}: {said}");
        let (code, _, said) = kept.splice(&text, &["--check"]);
        assert_eq!(code, 1, "{name}");
        let line = format!("a.md:1: \"old\" stands where {figure:?} should");
        assert!(said.contains(&line), "{said}");
    }
}

#[test]
fn what_a_marker_cannot_name_is_a_line() {
    let kept = Kept::new();
    for (text, line, words) in [
        (
            "a <!--=nope/slow time-->1<!--/-->",
            1,
            "no results are kept",
        ),
        (
            "a <!--=made-up/slwo time-->1<!--/-->",
            1,
            "did you mean slow?",
        ),
        (
            "a <!--=made-up/slow tmie-->1<!--/-->",
            1,
            "did you mean time?",
        ),
        (
            "a <!--=made-up/slow cpu ±-->1<!--/-->",
            1,
            "without an interval",
        ),
        (
            "a <!--=made-up/fast,slow verdict-->1<!--/-->",
            1,
            "the rows differ",
        ),
        (
            "a <!--=made-up/base ratio-->1<!--/-->",
            1,
            "base has no ratio",
        ),
        ("a <!--=made-up/slow/slow time-->1<!--/-->", 1, "÷ itself"),
        (
            "a <!--=made-up/slow/fast floor-->1<!--/-->",
            1,
            "of two rows",
        ),
        (
            "a <!--=made-up/slow time ÷ 0-->1<!--/-->",
            1,
            "to divide by",
        ),
        ("a <!--=made-up time-->1<!--/-->", 1, "name a row"),
        ("a <!--=made-up@3/slow time-->1<!--/-->", 1, "is no sweep"),
        ("a <!--=grown/slow time-->1<!--/-->", 1, "such as grown@1"),
        ("a <!--=grown@2/slow time-->1<!--/-->", 1, "it has 1, 10"),
        (
            "\n- <!--=made-up/slow time-->250 ms<!--/-->",
            2,
            "can't begin a line",
        ),
        ("a <!--=made-up/slow time-->250 ms", 1, "ends the figure"),
        ("a\n250 ms<!--/-->", 2, "no figure begins"),
        (
            "<!-- splice: table made-up columns=time -->\n\na",
            1,
            "ends the block",
        ),
        ("\n<!-- end splice -->", 2, "no block begins"),
        ("<!-- splice table made-up -->", 1, "is no marker"),
        ("a <!-- =made-up/slow time-->", 1, "without spaces"),
        (
            "<!-- splice: tabel made-up columns=time -->\n<!-- end splice -->",
            1,
            "no block",
        ),
        (
            "<!-- splice: table made-up -->\n<!-- end splice -->",
            1,
            "names its columns",
        ),
        (
            "<!-- splice: table made-up column=time -->\n<!-- end splice -->",
            1,
            "columns",
        ),
        (
            "<!-- splice: table made-up columns=tme -->\n<!-- end splice -->",
            1,
            "no field",
        ),
        (
            "<!-- splice: table made-up columns=time rows=x -->\n<!-- end splice -->",
            1,
            "no row",
        ),
        (
            "<!-- splice: sweep made-up show=time -->\n<!-- end splice -->",
            1,
            "is no sweep",
        ),
        (
            "<!-- splice: survey grown@1 rows=fast -->\n<!-- end splice -->",
            1,
            "no survey",
        ),
        (
            "a <!--=made-up/slow futurelock-->1<!--/-->",
            1,
            "slow has no futurelock",
        ),
        (
            "<!-- splice: sweep grown sizes=2 -->\n<!-- end splice -->",
            1,
            "no size",
        ),
    ] {
        for flags in [&[][..], &["--check"]] {
            let (code, after, said) = kept.splice(text, flags);
            assert_eq!(code, 1, "{text}: {said}");
            assert_eq!(after, text, "what is wrong stays as it is");
            let first = said.lines().next().expect("a line");
            assert!(
                first.starts_with(&format!("a.md:{line}: ")),
                "{text}: {said}"
            );
            assert!(first.contains(words), "{text}: no {words:?} in {said}");
        }
    }
}

#[test]
fn tables_are_written_between_their_markers() {
    let kept = Kept::new();
    let table = "above\n\n\
        <!-- splice: table made-up columns=time,time ±, ratio,verdict,failed, late -->\n\
        old\n<!-- end splice -->\nbelow\n\n  \
        <!-- splice: table made-up columns=memory rows=slow,base again -->\n  \
        <!-- end splice -->\n\n\
        <!-- splice: sweep grown show=ratio rows=fast,slow sizes=10 -->\n\
        <!-- end splice -->\n";
    let (code, spliced, said) = kept.splice(table, &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        spliced,
        "above\n\n\
        <!-- splice: table made-up columns=time,time ±, ratio,verdict,failed, late -->\n\n\
        |  | time | time, 95 % interval | × base | than base | failed, late |\n\
        | --- | ---: | ---: | ---: | ---: | ---: |\n\
        | base | 100 ms | 100 ms | 1 | – | – |\n\
        | fast | 50.0 ms | 50.0 ms | 0.50 | faster | – |\n\
        | slow (legacy) \\* | 250 ms | 250 ms | 2.50 | slower | 103,000 |\n\n\
        \\* slow: it is slow\n\n\
        `cargo run --release`, 6 rounds on 2 cores (Made-up), 01 Jan 1970. \
        Differences up to a factor of 1.05 can't be seen here.\n\n\
        <!-- end splice -->\nbelow\n\n  \
        <!-- splice: table made-up columns=memory rows=slow,base again -->\n\n  \
        |  | memory |\n  | --- | ---: |\n  | slow (legacy) \\* | 30.3 MB |\n  \
        | base again | 10.1 MB |\n\n  \\* slow: it is slow\n\n  \
        `cargo run --release`, 6 rounds on 2 cores (Made-up), 01 Jan 1970.\n\n  \
        <!-- end splice -->\n\n\
        <!-- splice: sweep grown show=ratio rows=fast,slow sizes=10 -->\n\n\
        | × base, by workers | 10 |\n| --- | ---: |\n| fast | 0.50 |\n\
        | slow (legacy) \\* | 2.50 |\n\n\\* slow: it is slow\n\n\
        `cargo run --release -- sweep locks --over workers=1,10`, 6 rounds on 2 cores \
        (Made-up), 01 Jan 1970. Differences up to a factor of 1.05 can't be seen here.\n\n\
        <!-- end splice -->\n"
    );
    assert_eq!(kept.splice(&spliced, &["--check"]).0, 0);
    let survey = "<!-- splice: survey made-up -->\n<!-- end splice -->\n";
    assert_eq!(
        kept.splice(survey, &[]).1,
        "<!-- splice: survey made-up -->\n\n|  | slow |\n| --- | ---: |\n\
        | lost-update, % lost | 50 |\n| lost-update cured, ms | 1.2 |\n\
        | futurelock, hangs | – |\n| futurelock cured, ms | – |\n\n\
        `cargo run --release`, once each on 2 cores (Made-up), 01 Jan 1970. \
        – not tried: it does not apply to this runtime.\n\n<!-- end splice -->\n"
    );
    let survey = "<!-- splice: survey made-up links=b.md -->\n<!-- end splice -->\n";
    let linked = kept.splice(survey, &[]).1;
    assert!(
        linked.contains(
            "| [futurelock](b.md#futurelock), hangs | – |\n| futurelock cured, ms | – |"
        ),
        "{linked}"
    );
    // The check reports a cell that was typed over, with its line.
    let typed = spliced.replacen("| fast | 50.0 ms", "| fast | 49.0 ms", 1);
    let (code, _, said) = kept.splice(&typed, &["--check"]);
    assert_eq!(code, 1);
    assert!(said.starts_with("a.md:8: \"| fast | 49.0 ms"), "{said}");
    assert_eq!(kept.splice(&typed, &[]).1, spliced);
}

/// The page of the questions is made from them, and a page that says otherwise is refused.
#[test]
fn a_page_of_the_questions_is_held_to_them() {
    let kept = Files::new();
    let page = kept.path("choosing.md");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let text = fs::read_to_string(format!("{root}/docs/src/choosing.md"));
    let text = text.expect("the page");
    let check = |text: &str| {
        fs::write(&page, text).expect("it can be written");
        let output = compare(&["splice", "--check", page.to_str().expect("text")]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    assert_eq!(check(&text).0, Some(0));
    for (from, to, why) in [
        ("| `none`: no runtime", "| `none`: some", "none is wanted"),
        ("### Requests: how many\n", "", "choose network"),
        (
            "choose trouble -->",
            "choose truoble -->",
            "did you mean trouble?",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let (code, said) = check(&text.replacen(from, to, 1));
        assert_eq!(code, Some(1), "{from}: {said}");
        assert!(said.contains(why), "{why}: {said}");
    }
}

/// What was measured here is shown, and else what is kept, with its machine.
#[test]
fn a_choice_has_figures_of_here_or_of_elsewhere() {
    let files = Files::new();
    let ends = |from: &str, answers: &str| {
        let output = compare(&["choose", "--answers", answers, "--from", from]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        // A line may be broken within a path.
        let text = stdout(&output);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let lock = "waits=value,value=together,guard=threads";
    let mut all = results(&[row("std_mutex", 40, 10)]);
    let foreign = files.write("foreign.json", &all);
    let foreign = ends(foreign.to_str().expect("text"), lock);
    let place = "Measured on another machine, in ";
    assert!(foreign.contains(place), "{foreign}");
    let cpus = fs::read_to_string("/proc/cpuinfo").expect("this is Linux");
    let cpu = cpus.lines().find(|line| line.starts_with("model name"));
    let (_, cpu) = cpu.and_then(|line| line.split_once(": ")).expect("a name");
    let cores = std::thread::available_parallelism().expect("cores").get();
    all["host"]["processor"] = json!(cpu);
    all["host"]["cores"] = json!(cores);
    let made = files.write("results.json", &all);
    let made = made.to_str().expect("text");
    let text = ends(made, lock);
    let place = format!("on {cores} cores ({cpu}), 01 Jan 1970:");
    assert!(
        text.contains("Measured here, in ") && text.contains(&place),
        "{text}"
    );
    let own = "std_mutex: 40.0 ms, 0.40 times base (faster), CPU 2.00 ns";
    assert!(
        text.contains(own) && text.contains(" base: 100 ms"),
        "{text}"
    );
    assert!(!text.contains("Kept in"), "{text}");
    assert!(text.contains("-- take locks std_mutex "), "{text}");
    // Of another variant, or another model, they say nothing.
    for (answers, kept) in [
        ("waits=value,value=number", "locks-contended.json"),
        ("waits=blocking", "thread-pool.json"),
    ] {
        let text = ends(made, answers);
        assert!(text.contains("results.json has no figures of"), "{text}");
        assert!(
            text.contains(&format!("docs/results/{kept}, of 2 cores")),
            "{text}"
        );
    }
    assert_misuse(
        &compare(&["choose", "--answers", lock, "--from", "/nonesuch"]),
        "can't be read",
    );
    // Without a terminal it reads lines, and there are none.
    assert_misuse(&compare(&["choose"]), "no answers on standard input");
    assert_misuse(
        &compare(&["choose", "--answers", "waits"]),
        "QUESTION=ANSWER",
    );
    assert_misuse(
        &compare(&["choose", "--answers", "waits=netwrok"]),
        "did you mean network?",
    );
}

#[test]
fn code_has_no_markers() {
    let kept = Kept::new();
    let text = "`<!--=x-->` and ``<!--/--> ` <!--=``\n\n```\n<!-- end splice -->\n\
        <!--=nope-->\n```\n\n~~~text\n<!-- splice: x -->\n~~~\n<!-- a comment -->\n";
    let (code, after, said) = kept.splice(text, &["--check", "--strict"]);
    assert_eq!((code, &*after), (0, text), "{said}");
}

#[test]
fn typed_figures_are_refused_in_findings_alone() {
    let kept = Kept::new();
    let figure = "<!--=made-up/slow time-->250 ms<!--/-->";
    for (text, typed) in [
        ("It took 3.2 ms.", Some("3.2 ms")),
        ("It took 3.2\u{a0}ms.", Some("3.2\u{a0}ms")),
        ("It took 7 to 10.2 s, at most", Some("10.2 s")),
        ("- **2.8 times as long**", Some("2.8 times")),
        ("| a | × 3 |", Some("× 3")),
        ("| a | 3× |", Some("3×")),
        ("by 14 %", Some("14 %")),
        ("of 299 bytes", Some("299 bytes")),
        ("of 1,024 MB", Some("1,024 MB")),
        ("500 URLs on 2 cores, version 1.2.3, h2 s, in 2026", None),
        ("by `--latency 20ms` and `5 ms`", None),
    ] {
        let found = format!(
            "# A\n\n3 ms\n\n## What differs\n\n{text} {figure}\n\n## Else\n\n4 ms\n"
        );
        let (code, _, said) = kept.splice(&found, &["--check", "--strict"]);
        assert_eq!(code, i32::from(typed.is_some()), "{text}: {said}");
        if let Some(typed) = typed {
            let line = format!("a.md:7: {typed:?} is typed by hand");
            assert!(said.starts_with(&line), "{text}: {said}");
        }
        assert_eq!(
            kept.splice(&found, &["--check"]).0,
            0,
            "only if it is asked for"
        );
    }
}

#[test]
fn what_is_kept_is_whole_small_and_nobodys() {
    let files = Files::new();
    let keep = |name: &str, results: &Value| {
        let from = files.write("results.json", results);
        let to = files.path("kept");
        let args = [
            "keep",
            name,
            "--from",
            from.to_str().expect("text"),
            "--results",
        ];
        let output = compare(&[&args[..], &[to.to_str().expect("text")]].concat());
        (output, to.join(format!("{name}.json")))
    };
    let all = results(&[row("fast", 50, 10)]);
    let (output, file) = keep("some", &all);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stdout(&output).starts_with("some: "), "{output:?}");
    let text = fs::read_to_string(file).expect("it was written");
    let kept: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        kept["sizes"][0]["rows"][2]["above"],
        json!([[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]])
    );
    assert!(!text.contains("samples"), "{text}");
    assert!(text.len() < 4_000, "{} bytes", text.len());
    assert!(
        text.lines()
            .any(|line| line.contains("\"fast\"") && line.contains("50000000"))
    );

    let mut own = all.clone();
    own["command"] = json!([
        "/home/me/compare",
        "locks",
        "--out",
        "/home/me/x",
        "--trace=/home/me",
        "--rounds",
        "6",
        "--json"
    ]);
    let text = fs::read_to_string(keep("own", &own).1).expect("it was written");
    assert!(
        text.contains("cargo run --release -- locks --rounds 6\""),
        "{text}"
    );
    assert!(!text.contains("/home"), "{text}");

    let mut interrupted = all.clone();
    interrupted["interrupted"] = json!(true);
    assert_misuse(&keep("cut", &interrupted).0, "interrupted");
    let mut debug = all.clone();
    debug["host"]["profile"] = json!("debug");
    assert_misuse(&keep("slow", &debug).0, "--release");
    assert_misuse(&keep("a/b", &all).0, "letters, digits");
    assert_misuse(&keep("*", &all).0, "only --measure has it");
    let mut leading = all.clone();
    leading["models"][0]["name"] = json!("../out");
    let from = files.write("leading.json", &leading);
    let to = files.path("kept");
    let [from, to] = [&from, &to].map(|path| path.to_str().expect("text"));
    let led = compare(&["keep", "--from", from, "--results", to]);
    assert_misuse(&led, "letters, digits");
    assert!(!files.path("out.json").exists());
    assert_misuse(&compare(&["keep", "x", "--from", "/dev/zero"]), "256 MB");
    assert_misuse(&compare(&["keep", "x", "--from", "/nonesuch"]), "/nonesuch");
    assert_misuse(&compare(&["keep", "x", "y"]), "one name at a time");
    assert_misuse(
        &compare(&["keep", "nope", "--measure"]),
        "commands.txt has no",
    );
    if cfg!(debug_assertions) {
        assert_misuse(&compare(&["keep", "--measure"]), "--release");
    }
    assert_misuse(&compare(&["splice", "/nonesuch"]), "/nonesuch");
}

#[test]
fn a_document_keeps_its_mode() {
    let kept = Kept::new();
    let document = kept.0.path("document.md");
    for mode in [0o600, 0o444] {
        fs::write(
            &document,
            "It took <!--=made-up/fast time-->1 ms<!--/-->.\n",
        )
        .expect("it can be written");
        fs::set_permissions(&document, fs::Permissions::from_mode(mode))
            .expect("it is there");
        assert_eq!(kept.splice_file(&document).status.code(), Some(0));
        let there = document.metadata().expect("it is there").permissions();
        assert_eq!(there.mode() & 0o777, mode);
        fs::remove_file(&document).expect("it is there");
    }
}

#[test]
fn what_is_no_plain_file_is_refused_and_not_waited_for() {
    let kept = Kept::new();
    let document = kept.0.path("document.md");
    fs::write(&document, b"caf\xe9\n").expect("it can be written");
    assert_misuse(&kept.splice_file(&document), "not UTF-8");
    let pipe = kept.0.path("pipe.md");
    let mkfifo = |path: &Path| Command::new("mkfifo").arg(path).status();
    assert!(mkfifo(&pipe).expect("mkfifo").success());
    assert_misuse(&kept.splice_file(&pipe), "no plain file");
    fs::write(&document, "Nothing.\n").expect("it can be written");
    let kept_pipe = kept.0.path("kept/pipe.json");
    assert!(mkfifo(&kept_pipe).expect("mkfifo").success());
    assert_misuse(&kept.splice_file(&document), "no plain file");
    let nowhere = ["splice", "README.md", "--results", "/nonesuch"];
    assert_misuse(&compare(&nowhere), "--results /nonesuch: no directory");
}

/// What a machine is called may look like a marker.
#[test]
fn what_is_spliced_can_be_spliced_again() {
    let kept = Kept::new();
    let mut all = results(&[row("fast", 50, 10)]);
    all["host"]["processor"] = json!("p|<!--=x--> <!--/--> `");
    let from = kept.0.write("odd.json", &all);
    kept.keep(&["odd", "--from", from.to_str().expect("text")]);
    let document = kept.0.path("document.md");
    fs::write(&document, "On <!--=odd processor-->y<!--/-->.\n").expect("it is written");
    for _ in 0..3 {
        let output = kept.splice_file(&document);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let text = fs::read_to_string(&document).expect("it is there");
    assert!(!text.contains("-->y<!--"), "{text}");
}

/// Others may have written a kept file, too.
#[test]
fn kept_figures_that_cannot_be_are_refused_in_a_line() {
    let kept = Kept::new();
    let file = kept.0.path("kept/made-up.json");
    let text = fs::read_to_string(&file).expect("it is there");
    let good: Value = serde_json::from_str(&text).expect("JSON");
    let document = kept.0.path("document.md");
    fs::write(&document, "Nothing.\n").expect("it can be written");
    for (pointer, value, words) in [
        ("/sizes/0/rows/0/time", json!([1e300]), "1e300 can't be"),
        ("/sizes/0/rows/0/time", json!([-1.0]), "-1e0 can't be"),
        ("/sizes/0/rows/0/cpu", json!(-5.0), "-5e0 can't be"),
        ("/sizes/0/rows/0/switches", json!(1e40), "1e40 can't be"),
        ("/sizes/0/floor", json!(-2.0), "-2e0 can't be"),
        ("/cores", json!(0), "0 cores can't be"),
        ("/sizes/0/rounds", json!(u64::MAX), "rounds can't be"),
        (
            "/sizes/0/resolution",
            json!(1e15),
            "a resolution of 1e15 can't be",
        ),
        (
            "/sizes/0/reference",
            json!("nobody"),
            "is the reference, and no row",
        ),
        (
            "/sizes/0/rows/1/name",
            json!("base"),
            "\"base\" stands there twice",
        ),
        ("/version", json!(9), "version 9, not 1"),
        (
            "/sizes",
            json!("many"),
            "not results that `compare keep` wrote",
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("a place") = value;
        fs::write(&file, bad.to_string()).expect("it can be written");
        assert_misuse(&kept.splice_file(&document), words);
    }
    let mut bad = good;
    bad["processor"] = json!("a\u{1b}[31mred\u{202e}");
    fs::write(&file, bad.to_string()).expect("it can be written");
    fs::write(&document, "On <!--=made-up processor-->y<!--/-->.\n").expect("written");
    let output = kept.splice_file(&document);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = fs::read_to_string(&document).expect("it is there");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

fn block(name: &str) -> String {
    format!("<!-- splice: {name} -->\n<!-- end splice -->\n")
}

#[test]
fn functions_in_documents_are_those_of_their_files() {
    let kept = Kept::new();
    let (code, lesson, said) = kept.splice(&block("lesson semaphores tokio"), &[]);
    assert_eq!(code, 0, "{said}");
    let taken = stdout(&compare(&["take", "semaphores", "tokio"]));
    let fenced = format!("-->\n\n```rust,ignore\n{taken}```\n\n<!--");
    assert!(lesson.contains(&fenced), "{lesson}");
    let typed = lesson.replacen("Semaphore::new(limit)", "Semaphore::new(1)", 1);
    let (code, _, said) = kept.splice(&typed, &["--check"]);
    assert_eq!(code, 1, "what was typed over is found");
    assert!(said.contains("Semaphore::new(1)"), "{said}");
    assert_eq!(kept.splice(&typed, &[]).1, lesson);

    let only = block("differ semaphores tokio smol only=fn at_most");
    let (_, differ, _) = kept.splice(&only, &[]);
    let differs = "\n-pub async fn at_most<I, F>(\n+pub async fn at_most<'a, I, F>(\n\
        +    executor: &Executor<'a>,\n     limit: usize,\n";
    assert!(differ.contains(differs), "{differ}");
    assert!(!differ.contains("use smol"), "{differ}");
    let (_, pair, _) = kept.splice(&block("differ hazards futurelock/tokio"), &[]);
    assert!(
        pair.contains("\n```diff\n--- failing\n+++ cure\n"),
        "{pair}"
    );

    for (name, words) in [
        ("lesson semaphores tokoi", "did you mean tokio?"),
        ("lesson semaphore tokio", "did you mean semaphores?"),
        ("lesson semaphores", "write lesson MODEL VARIANT"),
        (
            "lesson semaphores tokio only=fn at_mots",
            "did you mean fn at_most?",
        ),
        ("lesson semaphores tokio rows=a", "a lesson has no rows"),
        ("differ semaphores tokio", "name a second variant"),
        ("differ hazards futurelock/toki", "did you mean"),
        ("timeline locks", "no timelines are kept"),
    ] {
        let (code, _, said) = kept.splice(&block(name), &[]);
        assert_eq!(code, 1, "{name}");
        assert!(said.contains(words), "{name}: no {words:?} in {said}");
    }
}

#[test]
fn timelines_are_kept_with_the_figures_of_their_run() {
    let kept = Kept::new();
    let timeline = |end: u64| {
        json!({"nanos": 9_000_000, "lanes": ["worker 0"], "left_out": 0,
            "bars": [{"lane": 0, "task": "a", "start": 1_000_000, "end": end}]})
    };
    let keep = |end: u64, flags: &[&str]| {
        let mut fast = row("fast", 50, 10);
        fast["timeline"] = timeline(end);
        let from = kept.0.write("locks.json", &results(&[fast]));
        let from = from.to_str().expect("text");
        kept.keep(&[&["locks", "--from", from][..], flags].concat());
        let file = kept.0.path("kept/timelines/locks.json");
        fs::read_to_string(file).unwrap_or_default()
    };
    assert_eq!(keep(5_000_000, &[]), "", "nobody has asked for any");
    let first = keep(5_000_000, &["--timelines", "fast"]);
    assert!(first.contains("[0,1000,5000]"), "{first}");
    let (code, text, said) = kept.splice(&block("timeline locks"), &[]);
    assert_eq!(code, 0, "{said}");
    let picture = "\n![4 workers: fast took 9.00 ms, 1 worker](locks.svg)\n\n\
        `cargo run --release`, one recorded trial of each row on 2 cores (Made-up), 01 Jan 1970.\n";
    assert!(text.contains(picture), "{text}");
    // The rows are known from then on.
    let again = keep(6_000_000, &[]);
    assert!(again.contains("[0,1000,6000]"), "{again}");

    let from = kept.0.path("locks.json");
    let from = from.to_str().expect("text");
    let directory = kept.directory();
    for (rows, words) in [
        ("base", "base has no timeline"),
        ("fats", "did you mean fast?"),
    ] {
        let args = ["keep", "locks", "--timelines", rows, "--from", from];
        let args = [&args[..], &["--results", &directory]].concat();
        assert_misuse(&compare(&args), words);
    }
}
