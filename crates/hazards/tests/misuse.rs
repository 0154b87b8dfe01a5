//! What can't be asked for is refused in one line, with exit code 2.

use std::process::Command;

fn refused(args: &[&str], words: &str) {
    let program = env!("CARGO_BIN_EXE_hazards");
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
fn what_is_beyond_the_range_is_refused() {
    for (args, words) in [
        (["--workers", "1"], "from 2 to 16"),
        (["--workers", "17"], "from 2 to 16"),
        (["--tasks", "481"], "from 1 to 480"),
        (["--tasks", "24"], "24 times --workers"),
        (["--messages", "0"], "--messages"),
        (["--block", "201ms"], "third of --watchdog 600ms"),
        (["--watchdog", "0ms"], "--watchdog"),
        (["--watchdog", "100ms"], "at least 50ms"),
        (["--only", "both"], "both"),
    ] {
        refused(&args, words);
    }
}

#[test]
fn a_hazard_by_another_name_is_refused_and_the_names_are_listed() {
    refused(&["--hazard", "deadlock"], "two-locks");
}
