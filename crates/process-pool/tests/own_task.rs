//! The example, as a user runs it.

use std::process::Command;

#[test]
fn a_function_of_ones_own_runs_in_worker_processes() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--example",
            "own_task",
            "--manifest-path",
            manifest,
        ])
        .args(["--", "a", "few", "", "words"])
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().collect();
    let wanted = [
        "Done(Found { first: 'a', length: 1 })",
        "Done(Found { first: 'f', length: 3 })",
        "Panicked(\"a word has a letter\")",
        "Done(Found { first: 'w', length: 5 })",
    ];
    assert_eq!(lines, wanted, "{}", String::from_utf8_lossy(&output.stderr));
}
