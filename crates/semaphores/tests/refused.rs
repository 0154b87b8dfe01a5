//! Where the system refuses io_uring, compio's row says so, and the others are as ever.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use test_fixtures::refuse_io_uring;

/// The program's output where io_uring is refused, as by the seccomp profile of a
/// container. It reads `input`.
fn refused(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_semaphores"));
    command.args(args).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    refuse_io_uring(&mut command, libc::EPERM);
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[test]
fn io_uring_that_is_refused_is_a_row_with_the_reason() {
    let args = ["--tasks", "2", "--latency", "0ms", "--variants"];
    let args = [&args[..], &["compio,tokio_current_thread"]].concat();
    let output = refused(&args, "");
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?}", output.status);
    assert!(text.contains("not run (needs io_uring"));
    assert!(text.contains("ok 2 of 2"));
}

/// The variant itself does not fall back: it would be another row under this name.
#[test]
fn a_trial_fails_with_a_line() {
    let job = r#"{"urls":[],"limit":1,"workers":1,"timeout_ms":1000,"latency_ms":0.0}"#;
    let output = refused(&["trial", "compio"], job);
    let text = String::from_utf8_lossy(&output.stderr);
    println!("{text}");
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("not permitted") && text.lines().count() == 1);
}
