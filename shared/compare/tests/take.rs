//! Lessons that are taken home.

use std::process::{Command, Output, Stdio};

use test_fixtures::temporary::TemporaryDir;

fn compare(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.args(args).output().expect("compare starts")
}

fn take(variant: &str) -> String {
    let output = compare(&["take", "semaphores", variant]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_function_comes_with_the_lines_for_cargo() {
    let text = take("tokio");
    let (cargo, function) = text.split_once("\n\n").expect("an empty line");
    let mut lines = cargo.lines();
    assert_eq!(lines.next(), Some("// # Cargo.toml"));
    for (line, name) in lines.clone().zip(["tokio", "tokio-util"]) {
        assert!(
            line.starts_with(&format!("// {name} = {{ version = \"")),
            "{line}"
        );
    }
    assert!(cargo.contains("features = [\"rt\", \"sync\"] }"), "{cargo}");
    assert_eq!(lines.count(), 2);
    assert!(function.starts_with("use "), "{function}");
    assert!(
        function.contains("pub async fn at_most<") && function.ends_with("}\n"),
        "{function}"
    );
    for ours in ["crate::", "page_client", "test_fixtures", "//!"] {
        assert!(!text.contains(ours), "{ours}: {text}");
    }
}

#[test]
fn files_follow_below_their_names() {
    let text = take("condvar");
    let (function, file) = text
        .split_once("\n// ---- semaphore.rs\n")
        .expect("the file");
    assert!(function.contains("pub mod semaphore;"), "{function}");
    assert!(function.contains("fn at_most<"), "{function}");
    assert!(file.contains("pub struct Semaphore"), "{file}");
    // The standard library is enough for it.
    assert!(!text.contains("Cargo.toml"), "{text}");
}

/// Of a hazard, what goes wrong and its cure.
#[test]
fn a_hazard_comes_with_its_cure() {
    let output = compare(&["take", "hazards", "futurelock/tokio"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let (cargo, functions) = text.split_once("\n\n").expect("an empty line");
    assert_eq!(cargo.matches("tokio = ").count(), 1, "{cargo}");
    let (failing, cure) = functions
        .split_once("\n// ---- cure.rs\n")
        .expect("the cure");
    assert!(failing.starts_with("// ---- failing.rs\nuse "), "{failing}");
    assert!(failing.contains("pub fn count(") && cure.contains("pub fn count("));
    assert_ne!(failing, cure);
}

/// The printed file compiles alone: it needs only std, so that nothing else must be
/// built.
#[test]
fn what_is_printed_compiles() {
    let folder = TemporaryDir::new().expect("a temporary directory");
    let file = folder.path().join("taken.rs");
    std::fs::write(&file, take("std_only")).expect("it can be written");
    let status = Command::new("rustc")
        .args(["--edition", "2024", "--crate-type", "lib"])
        .args(["--emit", "metadata", "--out-dir"])
        .args([folder.path(), &file])
        .stderr(Stdio::inherit())
        .status();
    assert!(status.expect("rustc starts").success());
}

#[test]
fn what_cannot_be_taken_is_one_line() {
    for (args, words) in [
        (&["lokcs", "tokio"][..], "did you mean locks?"),
        (&["semaphores", "tokoi"], "did you mean tokio?"),
        (
            &["semaphores", "python"],
            "semaphores/python has no function to take",
        ),
        (
            &["hazards", "futurelok/tokio"],
            "did you mean futurelock/tokio?",
        ),
        (
            &["hazards", "tokio"],
            "has its functions in pairs: compare take hazards lost_update/tokio",
        ),
        (&["locks", "a/tokio"], "locks has no pairs"),
        (&["semaphores"], "<VARIANT>"),
    ] {
        let output = compare(&[&["take"], args].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(words), "no {words:?} in: {stderr}");
        assert!(output.stdout.is_empty());
    }
}
