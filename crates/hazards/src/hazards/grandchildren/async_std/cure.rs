//! A process group that is killed as a whole.

// The lesson: everything below can be taken home.
// It needs async-std (unstable), rustix (process).

use std::{
    io,
    os::unix::process::CommandExt,
    process::{self, Stdio},
};

use async_std::{
    io::{BufReader, prelude::BufReadExt},
    process::Command,
    task::block_on,
};
use rustix::process::{Pid, Signal, kill_process_group};

/// Starts a program of the shell, reads the number in its first line, and kills it.
///
/// # Errors
/// There is no shell, or no number.
pub fn first_line(program: &str) -> io::Result<u64> {
    block_on(async {
        let mut shell = process::Command::new("sh");
        shell.args(["-c", program]).process_group(0);
        let mut shell = Command::from(shell).stdout(Stdio::piped()).spawn()?;
        let stdout = shell.stdout.take().expect("it is piped");
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line).await;
        let group = Pid::from_raw(shell.id() as i32).expect("it has a number");
        kill_process_group(group, Signal::KILL)?;
        shell.status().await?;
        read?;
        line.trim().parse().map_err(io::Error::other)
    })
}
