//! A worker process, which shares memory or a pipe with the process that started it.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::AsFd,
    process::{Child, Command, Output, Stdio},
};

/// A worker process, killed and reaped when it is dropped.
#[derive(Debug)]
pub struct Worker {
    child: Child,
}

impl Worker {
    /// Starts one. What is `shared` becomes its standard input; its standard output is
    /// for its report.
    ///
    /// # Errors
    /// The system starts no more processes, or not this one.
    pub fn start(mut command: Command, shared: impl Into<Stdio>) -> io::Result<Self> {
        let child = command.stdin(shared).stdout(Stdio::piped()).spawn();
        let child = child.map_err(|error| {
            io::Error::new(error.kind(), format!("can't start a worker: {error}"))
        })?;
        // With the command goes this process's side of what is shared: a pipe ends with
        // the worker.
        drop(command);
        Ok(Self { child })
    }

    /// Waits for its end. Returns how it ended, and its report.
    ///
    /// # Errors
    /// Its report can't be read.
    pub fn finish(mut self) -> io::Result<Output> {
        let mut stdout = Vec::new();
        let report = self.child.stdout.as_mut().expect("it is piped");
        report.read_to_end(&mut stdout)?;
        Ok(Output {
            status: self.child.wait()?,
            stdout,
            stderr: Vec::new(),
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A worker that has ended already is what we want, so an error is ignored.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// In a worker: what it shares with the process that started it.
///
/// # Errors
/// The process has no descriptor left.
pub fn shared() -> io::Result<File> {
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}
