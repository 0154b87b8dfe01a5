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
fn what_is_beyond_the_range_is_refused() {
    let most = u64::MAX.to_string();
    for (args, words) in [
        (["--workers", "0"], "--workers"),
        (["--workers", "10001"], "from 1 to 10000"),
        (["--threads", "0"], "--threads"),
        (["--threads", "1001"], "from 1 to 1000"),
        (["--increments", &most], "at most"),
        (["--reads", "1000001"], "from 0 to 1000000"),
    ] {
        refused(&args, words);
    }
    let args = ["--workers", "1", "--increments", &most, "--reads", "1"];
    refused(&args, "with 1 reads before each times 1 workers");
}
