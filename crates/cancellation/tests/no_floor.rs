//! A job that nothing bounds from below.

use std::process::Command;

#[test]
fn it_is_done_all_the_same() {
    let output = Command::new(env!("CARGO_BIN_EXE_cancellation"))
        .args(["--tasks", "0", "--variants", "std_only"])
        .output()
        .expect("the program starts");
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(words.contains("no floor: "), "{words}");
}
