//! The processes of `--work process`: how one is started, what it does, and how a thread
//! waits for it no longer than to the deadline.

use std::{
    env,
    io::{self, Read},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::Path,
    process::{self, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use test_fixtures::{end_with_pool, worker_command};

use super::{
    Done, Journal, Task,
    time_left::{left, wait},
};

/// How long after the deadline a process that is killed then may take to be gone.
pub const REAPED_WITHIN: Duration = Duration::from_secs(10);

/// In the environment of a process: the journal, the task, and the microseconds.
const TASK: &str = "INTERLEAVE_CANCELLATION_TASK";
/// A process that runs notes so at this distance.
const BEAT: Duration = Duration::from_millis(5);

impl Task {
    /// Begins: the command of its process, which runs as long as the task is.
    ///
    /// # Panics
    /// The program that runs can't be found, or this is the task that is told to.
    pub fn command(&self) -> Command {
        self.begin();
        let mut command = worker_command().expect("the running program can be found");
        let (job, index) = (self.job(), self.index);
        let task = format!("{index} {} {}", job.length_us, job.journal.display());
        command
            .env(TASK, task)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    /// Its process has ended by itself, or could not be started or waited for. `None` is
    /// one that had to be killed: the task was stopped.
    pub fn exited(self, status: io::Result<Option<ExitStatus>>) -> Done {
        let error = match status {
            Ok(None) => return None,
            Ok(Some(status)) if status.success() => return self.finish(),
            Ok(Some(status)) => io::Error::other(format!("its process: {status}")),
            Err(error) => error,
        };
        self.settle(Err(error.into()))
    }

    /// Starts its process and waits for its end, or kills it at `deadline`; in both ways it
    /// is reaped. It is not begun if the deadline has passed.
    pub fn process_until(self, deadline: Instant) -> Done {
        left(deadline).ok()?;
        let status = process_until(self.command(), deadline);
        self.exited(status)
    }
}

/// The standard library waits for a process without end or not at all. So the process holds
/// one end of a socket, which closes with it, and a socket's read can have a time-out.
fn process_until(
    mut command: Command,
    deadline: Instant,
) -> io::Result<Option<ExitStatus>> {
    let (mut ours, theirs) = UnixStream::pair()?;
    let mut child = command.stdout(OwnedFd::from(theirs)).spawn()?;
    // It has the other end open, too.
    drop(command);
    let ended = loop {
        match wait(deadline).and_then(|wait| ours.set_read_timeout(Some(wait))) {
            Ok(()) => {}
            Err(_) => break false,
        }
        // Otherwise the next look at the clock decides.
        if let Ok(0) = ours.read(&mut [0]) {
            break true;
        }
    };
    if !ended {
        child.kill()?;
    }
    let status = child.wait()?;
    Ok(ended.then_some(status))
}

/// What the process does: it notes that it is there, every few milliseconds, and ends after
/// its time.
pub(crate) fn serve() -> Result<()> {
    end_with_pool()?;
    let task =
        env::var(TASK).context("a process of this model is started by it alone")?;
    let mut words = task.splitn(3, ' ');
    let mut next = || words.next().context("a task has three words");
    let (index, time) = (next()?.parse()?, next()?.parse()?);
    let (clock, length) = (Instant::now(), Duration::from_micros(time));
    let journal = Journal::open(Path::new(next()?))?;
    loop {
        journal.note(index, process::id());
        match length.checked_sub(clock.elapsed()) {
            Some(left) => thread::sleep(left.min(BEAT)),
            None => return Ok(()),
        }
    }
}
