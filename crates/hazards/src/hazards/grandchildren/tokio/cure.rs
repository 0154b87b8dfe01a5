//! A process group that is killed as a whole.

// The lesson: everything below can be taken home.
// It needs rustix (process), tokio (io-util, process, rt).

use std::{io, process::Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
    runtime::Builder,
};

/// Starts a program of the shell, reads the number in its first line, and kills it.
///
/// # Errors
/// There is no shell, or no number.
pub fn first_line(program: &str) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut shell = Command::new("sh")
            .args(["-c", program])
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let stdout = shell.stdout.take().expect("it is piped");
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line).await;
        let group = shell.id().and_then(|id| Pid::from_raw(id as i32));
        let group = group.expect("it was not waited for");
        kill_process_group(group, Signal::KILL)?;
        shell.wait().await?;
        read?;
        line.trim().parse().map_err(io::Error::other)
    })
}
