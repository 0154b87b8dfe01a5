//! Two variants side by side in a terminal.

use std::process::Command;

fn diff(columns: Option<&str>, words: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.arg("diff").args(words.split(' '));
    command.env_remove("COLUMNS");
    command.envs(columns.map(|columns| ("COLUMNS", columns)));
    let output = command.output().expect("compare starts");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// Where there is no terminal there are 80 columns: both sides are there, and whole words.
#[test]
fn both_sides_are_readable_in_80_columns() {
    let text = diff(None, "semaphores tokio smol");
    assert_eq!(text, diff(Some("80"), "semaphores tokio smol"));
    let column = |line: &str, from: usize| -> String {
        let characters = line.chars().skip(from).take(38);
        characters.collect::<String>().trim().to_owned()
    };
    let side = |from| text.lines().map(move |line| column(line, from));
    let words = |from| side(from).collect::<Vec<_>>().join(" ");
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        let mark = line.chars().nth(39).unwrap_or(' ');
        assert!([' ', '|', '<', '>'].contains(&mark), "{line}");
    }
    let left = words(0);
    for word in ["tokio", "JoinQueue::new()", "pub async fn at_most<I, F>("] {
        assert!(left.contains(word), "no {word}: {left}");
    }
    let right = words(41);
    for word in ["smol", "Vec::new()", "executor: &Executor<'a>,"] {
        assert!(right.contains(word), "no {word}: {right}");
    }
}

#[test]
fn a_narrow_terminal_gets_one_column() {
    let text = diff(Some("50"), "semaphores tokio smol");
    assert!(text.starts_with("--- tokio\n+++ smol\n"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 50),
        "{text}"
    );
    assert!(text.contains("\n-            work(item).await\n"), "{text}");
    assert!(
        text.contains("\n+            work.catch_unwind().await\n"),
        "{text}"
    );
}

#[test]
fn functions_come_alone_unless_more_is_asked_for() {
    let words = "semaphores tokio smol";
    let shown = |more: &str| {
        let text = diff(Some("200"), &format!("{words}{more}"));
        let shows = |words: &str| text.contains(words);
        [
            shows("//! # What to notice"),
            shows("pub fn run(job: &Job)"),
            shows("pub async fn at_most<"),
        ]
    };
    assert_eq!(shown(""), [false, false, true]);
    assert_eq!(shown(" --headers"), [true, false, true]);
    assert_eq!(shown(" --whole"), [true, true, true]);
}

/// The file that a lesson comes with is a part of it.
#[test]
fn files_that_come_along_are_shown() {
    let text = diff(Some("200"), "semaphores std_only condvar");
    assert!(text.contains("// ---- semaphore.rs"), "{text}");
}

/// What goes wrong stands beside its cure.
#[test]
fn a_hazard_is_compared_with_its_cure() {
    let text = diff(Some("200"), "hazards futurelock/tokio");
    let names = text.lines().next().unwrap_or_default();
    assert!(names.starts_with("futurelock/tokio failing"), "{names}");
    assert!(names.ends_with("futurelock/tokio cure"), "{names}");
    let changed = text.lines().filter(|line| line.contains(" | "));
    assert!((1..12).contains(&changed.count()), "{text}");
    assert!(text.contains("let mut waiting = pin!("), "{text}");
    // As the model's flags write it.
    assert_eq!(
        diff(None, "hazards join-under-lock/rayon"),
        diff(None, "hazards join_under_lock/rayon").replacen(
            "join_under_lock",
            "join-under-lock",
            2
        )
    );
    // All pairs of two runtimes, one after another.
    let text = diff(Some("200"), "hazards tokio smol");
    assert!(text.contains("// ---- futurelock/cure.rs"), "{text}");
}
