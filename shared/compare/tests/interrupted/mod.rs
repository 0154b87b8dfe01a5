//! A program that is interrupted once it has printed some words.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Starts the program, sends SIGINT once its standard error has these words, and returns
/// all of its standard error. It must end with 130 within a second.
pub(crate) fn interrupted(mut command: Command, words: &str) -> String {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("compare starts");
    let pipe = child.stderr.take().expect("stderr is piped");
    let mut stderr = BufReader::new(pipe);
    let mut told = String::new();
    while !told.contains(words) {
        assert_ne!(stderr.read_line(&mut told).expect("text"), 0, "{told}");
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill").success());
    let sent = Instant::now();
    stderr.read_to_string(&mut told).expect("text");
    let status = child.wait().expect("it ends");
    assert!(sent.elapsed() < Duration::from_secs(1));
    assert_eq!(status.code(), Some(130), "{told}");
    told
}
