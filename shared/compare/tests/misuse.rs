//! What a user may well get wrong: refused in one line that advises what to do.

mod made_up;

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
};

use made_up::{Files, assert_misuse, compare, results, row, stdout};

/// Refused before anything is printed; returns the line that reports why.
#[track_caller]
fn refused(args: &[&str], words: &str) -> String {
    let output = compare(args);
    assert_misuse(&output, words);
    assert!(output.stdout.is_empty());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// No answer would be whole, so no variant could pass.
#[test]
fn a_latency_is_below_the_time_out() {
    for model in ["semaphores", "gather"] {
        for line in ["", "run "] {
            let line = format!("{line}{model} --latency 3s --timeout 100ms");
            let args: Vec<_> = line.split(' ').collect();
            refused(&args, "--latency 3s is not below --timeout 100ms");
        }
    }
}

#[test]
fn a_path_that_is_no_sentence_is_told_the_steps() {
    refused(
        &["semaphores", "--path", "/nope"],
        "--path \"/nope\": no step is called \"nope\"; there are after, status, header, \
         drip-head, flaky, nonce, note, bytes, chunked, unframed, drip, truncate, reset, \
         stall, hang, close, garbage",
    );
    let line = refused(&["gather", "--path", "foo"], "begins with '/'");
    assert_eq!(line.matches("foo").count(), 1, "{line}");
}

/// It is not drawn into a file, nor of what is no comparison of one model.
#[test]
fn what_is_drawn_needs_a_terminal_and_a_model() {
    refused(
        &["locks", "--watch"],
        "--watch draws on a terminal, and standard error is none; leave it out",
    );
    refused(&["--watch"], "--watch needs a model: compare MODEL --watch");
    for flag in ["--watch", "--until-decided"] {
        refused(
            &["sweep", "locks", "--over", "workers=1,2", flag],
            "a sweep has no --watch and no --until-decided; compare one size for them",
        );
    }
}

/// What has no items has no percentiles of them, and says why.
#[test]
fn percentiles_need_a_model_with_items() {
    let flag = "--percentiles";
    for (model, why) in [
        (
            "locks",
            "an increment takes less time than to read the clock",
        ),
        ("shared-memory", "each worker has one part, and no items"),
        ("hazards", "its pieces go wrong, and are no items"),
    ] {
        let words = format!("{model} has no --percentiles: {why}; leave it out");
        refused(&[model, flag], &words);
    }
    refused(
        &["sweep", "locks", "--over", "workers=1,2", flag],
        "locks has no --percentiles: an increment takes less time than to read the clock",
    );
}

/// A conflict names only flags that the user gave.
#[test]
fn what_sizes_the_origins_urls_is_not_for_the_users() {
    for flag in ["--tasks", "--bytes", "--latency", "--mix"] {
        let value = if flag == "--latency" { "1ms" } else { "1" };
        let words = format!("{flag} is for the origin's own URLs; leave it out");
        let line = refused(&["semaphores", flag, value, "http://localhost/"], &words);
        assert!(!line.contains("--urls-from"), "{line}");
    }
    refused(&["gather", "--urls-from", "x", "--tasks", "1"], "own URLs");
}

/// Where a contestant is left, the program only reports the others.
#[test]
fn a_job_that_concerns_none_of_those_asked_for_is_refused() {
    let line = "hazards --hazard join-under-lock --variants tokio,smol";
    let sweep =
        "sweep hazards --over messages=1,2 --hazard leaked-sender --variants rayon";
    for (line, names) in [(line, "tokio, smol"), (sweep, "rayon")] {
        let args: Vec<_> = line.split(' ').collect();
        let words = format!("left out, since the job doesn't concern them: {names}");
        refused(&args, &words);
    }
}

#[test]
fn numbers_and_names_say_what_to_write() {
    let range = "write a whole number from 0 to 18446744073709551615";
    refused(&["locks", "--seed", "x"], range);
    let line = "sweep locks --over workers=1..9 --points x";
    let args: Vec<_> = line.split(' ').collect();
    refused(&args, "write a whole number from 2 to 100");
    for args in [
        &["locks", "--variants", ""][..],
        &["--variants", " "],
        &["run", "locks", "--variants", ""],
        &["faults", "--variants", "tokio,"],
    ] {
        refused(args, "name at least one");
    }
}

#[test]
fn cases_are_chosen_by_name_and_repeated() {
    let line = refused(
        &["faults", "locks", "--cases", "none_at_all"],
        "no model has a case \"none_at_all\"; there are ",
    );
    assert!(line.contains("leaves_nothing"), "{line}");
    // It is one of another model.
    refused(&["faults", "locks", "--cases", "loses_nothing"], "no model");
    refused(&["faults", "--cases", "leaves_nothing,"], "at least one");
    for times in ["0", "1001", "x"] {
        let range = "write a whole number from 1 to 1000";
        refused(&["faults", "locks", "--times", times], range);
    }
    let line = "faults locks --variants std_mutex --cases leaves_nothing --times 2";
    let args: Vec<_> = line.split(' ').collect();
    let output = compare(&args);
    assert!(output.status.success());
    assert_eq!(stdout(&output), "locks\n  std_mutex         1 case holds\n");
    // A model without the case is left out.
    let line = "faults --variants std_mutex,python --cases fairness";
    let args: Vec<_> = line.split(' ').collect();
    let text = stdout(&compare(&args));
    assert_eq!(text.lines().next(), Some("locks"), "{text}");
    assert!(!text.contains("gather"), "{text}");
}

#[test]
fn an_entry_is_asked_for_by_a_name_or_words() {
    refused(&["how", "wait_fro"], "did you mean asyncio.wait_for,");
    refused(&["how", "xyzzy"], "compare how lists all");
    let said = |args: &[&str]| stdout(&compare(args));
    let entry = said(&["how", "wait_for"]);
    assert!(entry.starts_with("asyncio.wait_for: "), "{entry}");
    assert_eq!(said(&["how", "Asyncio.Wait_For()"]), entry);
    let listed = said(&["how", "cancel", "a", "task"]);
    assert!(listed.starts_with("asyncio.Task.cancel "), "{listed}");
    let names = said(&["how"]);
    assert!(names.contains("wait_for") && names.contains("LifoQueue"));
}

#[test]
fn spaces_around_names_are_no_part_of_them() {
    let args = ["run", "locks", "--increments", "1"];
    let output = compare(&[&args[..], &["--variants", "tokio, smol"]].concat());
    let text = stdout(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("\n  smol "), "{text}");
    // A comparison gets past the names, to what is wrong behind them.
    let args = ["locks", "--variants", "tokio, smol", "--with", "nothing"];
    refused(&args, "NAME=COMMAND");
}

#[test]
fn help_of_a_sweep_is_the_sweeps_own() {
    for (asked, same) in [
        (&["help", "sweep"][..], &["sweep", "--help"][..]),
        (&["help", "sweep", "locks"], &["sweep", "locks", "--help"]),
    ] {
        let text = stdout(&compare(asked));
        assert!(text.contains("--over"), "{text}");
        assert_eq!(text, stdout(&compare(same)));
    }
}

/// The error names only the target: the user did not ask for the temporary file.
#[test]
fn what_cannot_be_written_is_named_with_what_to_do() {
    let files = Files::new();
    let file = files.write("results.json", &results(&[row("a", 100, 10)]));
    let file = file.to_str().expect("text");
    for (args, place) in [
        (
            &["report", file, "--out", "/nonesuch/page"][..],
            "/nonesuch/page:",
        ),
        (&["merge", file, file, "--out", "/proc/page"], "/proc:"),
        (&["locks", "--out", "/proc"], "/proc:"),
    ] {
        let output = compare(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(place), "{stderr}");
        assert!(stderr.contains("name another place with --out"), "{stderr}");
        assert!(stderr.contains("(os error "), "{stderr}");
        assert!(!stderr.contains(".tmp"), "{stderr}");
    }
}

/// A job is JSON, so no trial could be told of such a directory.
#[test]
fn scratch_has_a_path_in_utf_8() {
    let files = Files::new();
    let mut parent = files.path("").into_os_string();
    parent.push(OsStr::from_bytes(b"\xff"));
    fs::create_dir(&parent).expect("it can be made");
    for model in ["thread-pool", "pipelines"] {
        // A comparison says it once, and not for each of its rows.
        for start in [&["run", model, "--scratch"][..], &[model, "--scratch"]] {
            let args: Vec<_> = start.iter().map(OsStr::new).collect();
            let output = compare(&[&args[..], &[&parent]].concat());
            assert_misuse(&output, "--scratch leads to ");
            assert_misuse(&output, "\\xFF\", which is not UTF-8");
            let output = compare(&[&args[..], &[OsStr::new("/nonesuch")]].concat());
            assert_misuse(&output, "--scratch /nonesuch: No such file");
            assert_misuse(&output, "name a directory that can be written");
        }
    }
}

#[test]
fn a_url_has_no_spaces() {
    for model in ["semaphores", "gather"] {
        refused(&[model, "http://localhost/a b"], "a URL has no spaces");
    }
}

/// From a shell that writes UTF-16, or an editor that puts a mark first.
#[test]
fn results_in_another_encoding_are_named() {
    let files = Files::new();
    let json = results(&[row("other", 100, 10)]).to_string();
    let path = |name: &str| files.path(name).to_str().expect("text").to_owned();
    let (marked, wide, latin) =
        (path("marked.json"), path("wide.json"), path("latin.json"));
    fs::write(&marked, format!("\u{feff}{json}")).expect("it can be written");
    let halves = format!("\u{feff}{json}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write::<_, Vec<u8>>(&wide, halves).expect("it can be written");
    assert_eq!(compare(&["diff", &marked, &marked]).status.code(), Some(0));
    fs::write(&latin, b"{\n\"name\": \"caf\xe9\"}").expect("it can be written");
    refused(&["report", &wide], "looks like UTF-16");
    refused(
        &["report", &latin],
        "line 2 is not UTF-8 (looks like Latin-1: byte 0xe9)",
    );
    refused(
        &["merge", &marked, "/dev/zero"],
        "more than 256 MB are not read",
    );
}

/// Measurements can't be made again.
#[test]
fn what_is_read_is_not_written() {
    let files = Files::new();
    let one = files.write("one.json", &results(&[row("a", 100, 10)]));
    let mut other = results(&[row("a", 100, 10)]);
    other["host"]["processor"] = "another".into();
    let other = files.write("other.json", &other);
    let link = files.path("report.html");
    symlink(&one, &link).expect("it can be made");
    let again = files.path("./one.json");
    let (one, other, again) = (one.as_os_str(), other.as_os_str(), again.as_os_str());
    let [report, merge, out] = ["report", "merge", "--out"].map(OsStr::new);
    for (args, why) in [
        (vec![report, one, out, one], "are read"),
        (vec![report, one, out, again], "are read"),
        (vec![report, one], "are read"),
        (vec![merge, one, other, out, other], "are read"),
        (vec![merge, one, other, again], "named twice"),
    ] {
        let before = [one, other].map(|file| fs::read(file).expect("it is there"));
        assert_misuse(&compare(&args), why);
        let after = [one, other].map(|file| fs::read(file).expect("it is there"));
        assert!(before == after, "{args:?}");
    }
}
