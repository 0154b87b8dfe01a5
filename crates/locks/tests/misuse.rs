//! What can't be asked for is refused in one line, with exit code 2.

use std::process::Command;

fn refused(args: &[&str], words: &str) {
    let program = env!("CARGO_BIN_EXE_locks");
    let output = Command::new(program)
        .args(args)
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8(output.stderr).expect("messages are text");
    assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
    assert!(
        output.stdout.is_empty(),
        "{args:?} wrote to standard output"
    );
    assert_eq!(stderr.lines().count(), 1, "{args:?}: {stderr}");
    assert!(stderr.contains(words), "no {words:?} in: {stderr}");
}

#[test]
fn no_workers() {
    refused(&["--workers", "0"], "--workers");
}

#[test]
fn too_many_workers() {
    refused(&["--workers", "10001"], "from 1 to 10000");
}

#[test]
fn no_threads() {
    refused(&["--threads", "0"], "--threads");
}

#[test]
fn too_many_threads() {
    refused(&["--threads", "1001"], "from 1 to 1000");
}

#[test]
fn more_than_a_counter_holds() {
    refused(&["--increments", &u64::MAX.to_string()], "at most");
}
