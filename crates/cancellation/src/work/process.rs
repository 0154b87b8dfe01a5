//! The processes of `--work process`: how one is started, what it does, and how a thread
//! waits for it no longer than to the deadline.

use std::{
    env, io,
    path::Path,
    process::{self, Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{Pid, PidfdFlags, pidfd_open},
};
use test_fixtures::{Class, Failure, end_with_pool, worker_command};

use super::{Done, Journal, Task};

/// How long after the deadline a process that is killed then may take to be gone.
pub const REAPED_WITHIN: Duration = Duration::from_secs(10);

/// In the environment of a process: the journal, the task, and the microseconds.
const TASK: &str = "INTERLEAVE_CANCELLATION_TASK";
/// How often it is looked whether a process that was killed has ended.
const LOOK_EVERY: Duration = Duration::from_micros(100);
/// A process that runs notes so at this distance.
const BEAT: Duration = Duration::from_millis(5);

impl Task {
    /// Begins: the command of its process, which runs as long as the task is.
    ///
    /// # Panics
    /// The program that runs can't be found, or this is the task that is asked to panic.
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

    /// Its process has ended on its own, or could not be started, waited for or killed,
    /// which makes the job fail. `None` is one that had to be killed: the task was stopped.
    pub fn exited(self, status: io::Result<Option<ExitStatus>>) -> Done {
        let why = match status {
            Ok(None) => return None,
            Ok(Some(status)) if status.success() => return self.finish(),
            Ok(Some(status)) => format!("its process: {status}"),
            Err(error) => {
                let why = error.to_string();
                self.end_job(error);
                why
            }
        };
        let class = Class::Other;
        self.fail(Failure { class, why });
        Some(self.index)
    }

    /// Starts its process and waits for its end, or kills it at `deadline`; in both ways it
    /// is reaped. It is not begun if the deadline has passed.
    pub fn process_until(self, deadline: Instant) -> Done {
        if deadline <= Instant::now() {
            return None;
        }
        let status = process_until(self.command(), deadline);
        self.exited(status)
    }
}

/// The standard library waits for a process without end or not at all. So Linux is asked for
/// a descriptor of the process, which can be polled with a time-out. Whom else the process
/// has handed its pipes to makes no difference.
fn process_until(
    mut command: Command,
    deadline: Instant,
) -> io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    match ends_by(&child, deadline) {
        Ok(true) => child.wait().map(Some),
        Ok(false) => kill(&mut child).map(|()| None),
        Err(error) => {
            kill(&mut child)?;
            Err(error)
        }
    }
}

/// Whether it ends before `deadline`.
fn ends_by(child: &Child, deadline: Instant) -> io::Result<bool> {
    let process = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        let left = Timespec::try_from(left).ok();
        match poll(&mut [PollFd::new(&process, PollFlags::IN)], left.as_ref()) {
            Ok(1..) => return Ok(true),
            // The next look at the clock decides.
            Ok(0) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Kills it, and reaps it.
fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()?;
    let killed = Instant::now();
    while child.try_wait()?.is_none() {
        if killed.elapsed() > REAPED_WITHIN {
            return Err(io::Error::other("it was killed, and has not ended"));
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::{
        Job, Work,
        work::{Ended, Tasks},
    };

    /// The tasks of a job with two processes, and where they note their work.
    fn tasks() -> (Tasks, tempfile::NamedTempFile) {
        let journal = tempfile::NamedTempFile::new().expect("a temporary file");
        let job = Job {
            work: Work::Process,
            tasks: 2,
            length_us: 0,
            deadline_us: 1_000_000,
            pieces: NonZeroUsize::MIN,
            workers: NonZeroUsize::MIN,
            most_threads: 2,
            urls: Vec::new(),
            journal: journal.path().to_owned(),
            panic: false,
        };
        (Tasks::new(&job).expect("tasks"), journal)
    }

    #[test]
    fn a_process_that_never_started_is_not_stopped() {
        let (tasks, _journal) = tasks();
        let ended: Vec<_> = tasks
            .iter()
            .map(|task| {
                task.begin();
                let refused =
                    Err(io::Error::from_raw_os_error(Errno::AGAIN.raw_os_error()));
                Ok(task.exited(refused))
            })
            .collect();
        let error = tasks.output(ended).expect_err("no process was started");
        let words = format!("{error:#}");
        assert!(
            words.starts_with("the process of task 0 ") && words.contains("os error 11"),
            "{words}"
        );
    }

    #[test]
    fn a_pipe_that_a_grandchild_keeps_blocks_no_task() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 3 & exit 0"])
            .stdout(Stdio::piped());
        let begun = Instant::now();
        let status = process_until(command, begun + Duration::from_secs(60));
        assert!(
            status
                .expect("it starts")
                .is_some_and(|status| status.success())
        );
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "{:?}",
            begun.elapsed()
        );
    }

    #[test]
    fn a_process_that_is_stopped_is_killed_and_reaped() {
        let mut command = Command::new("sh");
        command.args(["-c", "kill -STOP $$; exit 0"]);
        let deadline = Instant::now() + Duration::from_millis(100);
        let status = process_until(command, deadline).expect("it starts");
        assert_eq!(status, None);
        assert!(Instant::now() >= deadline);
    }

    #[test]
    fn a_panic_is_known_by_its_message() {
        let (tasks, _journal) = tasks();
        let end = |task: Task| {
            let panic = std::panic::AssertUnwindSafe(move || {
                let task = task;
                task.begin();
                panic!("that went wrong");
            });
            std::panic::catch_unwind(panic)
        };
        let ended: Vec<_> = tasks.iter().map(end).collect();
        let output = tasks.output(ended).expect("all have ended");
        let all: Vec<Ended> = output.tasks.iter().collect();
        let is_known = |ended: &Ended| matches!(&ended.outcome, test_fixtures::Outcome::Panicked(why) if why == "that went wrong");
        assert!(all.iter().all(is_known), "{all:?}");
    }
}
