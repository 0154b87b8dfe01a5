//! A shell that is killed, and what it has started.
//!
//! - `kill` ends one process. What the shell has started is adopted by another process, and
//!   runs on. It keeps the pipe open, so that who reads to the end of that waits, too.
//! - `kill_on_drop` is no more than such a `kill`.
//! - The cure starts the shell in a process group of its own, and kills the group. Ctrl-C
//!   in a terminal no longer reaches it then: a program that does this passes it on.

// The lesson: everything below can be taken home.
// It needs tokio (io-util, process, rt).

use std::{io, process::Stdio};

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
            .spawn()?;
        let stdout = shell.stdout.take().expect("it is piped");
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line).await;
        shell.start_kill()?;
        shell.wait().await?;
        read?;
        line.trim().parse().map_err(io::Error::other)
    })
}
