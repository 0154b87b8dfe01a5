//! A process group that is killed as a whole.

// The lesson: everything below can be taken home.
// It needs rustix (process).

use std::{
    io::{self, BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process_group};

/// Starts a program of the shell, reads the number in its first line, and kills it.
///
/// # Errors
/// There is no shell, or no number.
pub fn first_line(program: &str) -> io::Result<u64> {
    let mut shell = Command::new("sh")
        .args(["-c", program])
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let stdout = shell.stdout.take().expect("it is piped");
    let mut line = String::new();
    let read = BufReader::new(stdout).read_line(&mut line);
    kill_process_group(Pid::from_child(&shell), Signal::KILL)?;
    shell.wait()?;
    read?;
    line.trim().parse().map_err(io::Error::other)
}
