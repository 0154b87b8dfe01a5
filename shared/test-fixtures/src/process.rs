//! One child process and everything it started: fed, drained, timed, and never left
//! running.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    mem::MaybeUninit,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{
        self, Pid, PidfdFlags, Resource, Rlimit, Signal, WaitOptions, kill_process_group,
    },
};
use serde::{Deserialize, Serialize};

use crate::{Settings, TrialError, interrupt};

/// How much of a child's standard error is kept: its end.
const STDERR_KEPT: usize = 64 * 1024;
/// A reply larger than this is not read on.
const STDOUT_LIMIT: u64 = 1 << 30;

/// What a process and the descendants that it waited for used, as `wait4` tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Nanoseconds on a core in user mode.
    pub user_nanos: u64,
    /// Nanoseconds on a core in the kernel.
    pub system_nanos: u64,
    /// Times that a thread gave its core up, to wait.
    pub voluntary_switches: u64,
    /// Times that a thread lost its core.
    pub involuntary_switches: u64,
}

/// Waits for a child that nobody has waited for yet, and tells what it used; the standard
/// library waits without the second.
pub fn wait_for(child: &Child) -> io::Result<(ExitStatus, Usage)> {
    wait4(Pid::from_child(child))
}

/// How a process ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    pub(crate) usage: Usage,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    /// From its start to its end.
    pub(crate) took: Duration,
    /// Descendants that were still there, living or unreaped, when it had ended. They are
    /// gone now.
    pub(crate) left_behind: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    Signal(i32),
}

/// Runs `command` on `input` in a process group of its own, and ends the whole group when
/// it has ended, when its time is up, or when this program was interrupted.
pub(crate) fn run(
    mut command: Command,
    input: Vec<u8>,
    settings: &Settings,
) -> Result<Ended, TrialError> {
    // Descendants that the child leaves behind become ours, so that they can be counted.
    process::set_child_subreaper(Some(process::getpid())).map_err(io::Error::from)?;
    command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    die_with_parent(&mut command);
    let started = Instant::now();
    let mut child = command.spawn().map_err(|source| TrialError::Spawn {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    })?;
    let group = Group(Pid::from_child(&child));
    // It has not been given its job yet, so it can't have gone past a limit.
    for (limit, resource) in [
        (settings.descriptors, Resource::Nofile),
        (settings.addresses, Resource::As),
    ] {
        let Some(limit) = limit else { continue };
        let limit = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        process::prlimit(Some(group.0), resource, limit).map_err(io::Error::from)?;
    }
    let (mut stdin, stdout, stderr) = pipes(&mut child);
    thread::scope(|scope| {
        scope.spawn(move || {
            // A child that doesn't want its input is seen by what it answers.
            drop(stdin.write_all(&input));
        });
        let stdout = scope.spawn(|| {
            let mut bytes = Vec::new();
            stdout
                .take(STDOUT_LIMIT)
                .read_to_end(&mut bytes)
                .map(|_| bytes)
        });
        let stderr = scope.spawn(|| last_of(stderr));
        let overdue = group.wait(settings.time_limit);
        if !matches!(overdue, Ok(None)) {
            group.kill();
        }
        let (status, usage) = wait4(group.0)?;
        let took = started.elapsed();
        let left_behind = group.reap();
        let stdout = stdout.join().expect("reading a pipe does not panic")?;
        let stderr = stderr.join().expect("reading a pipe does not panic");
        match overdue? {
            Some(reason) => Err(reason),
            None => Ok(Ended {
                exit: status.into(),
                usage,
                took,
                stdout,
                stderr,
                left_behind,
            }),
        }
    })
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.signal(), status.code()) {
            (Some(signal), _) => Exit::Signal(signal),
            (None, code) => Exit::Code(code.expect("what no signal ended has a code")),
        }
    }
}

/// A process group that is killed as one.
#[derive(Debug)]
struct Group(Pid);

impl Group {
    /// Waits until the leader has ended; otherwise says why there is no use in waiting on.
    fn wait(&self, limit: Duration) -> Result<Option<TrialError>, TrialError> {
        let leader =
            process::pidfd_open(self.0, PidfdFlags::empty()).map_err(io::Error::from)?;
        let started = Instant::now();
        loop {
            if interrupt::received().is_some() {
                return Ok(Some(TrialError::Interrupted));
            }
            let Some(left) = limit.checked_sub(started.elapsed()) else {
                return Ok(Some(TrialError::TimedOut { limit }));
            };
            // A signal cuts the wait short only in the thread that it was delivered to.
            let slice = left.min(Duration::from_millis(50));
            let slice = Timespec {
                tv_sec: slice.as_secs() as _,
                tv_nsec: slice.subsec_nanos() as _,
            };
            match poll(&mut [PollFd::new(&leader, PollFlags::IN)], Some(&slice)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(None),
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
    }

    fn kill(&self) {
        // A group that has ended by itself is what we want, so an error is no news.
        let _ = kill_process_group(self.0, Signal::KILL);
    }

    /// Ends and reaps whatever the leader left; returns how many there were.
    fn reap(&self) -> usize {
        self.kill();
        let mut count = 0;
        while let Ok(Some(_)) = process::waitpgid(self.0, WaitOptions::empty()) {
            count += 1;
        }
        count
    }
}

fn pipes(
    child: &mut Child,
) -> (impl Write + use<>, impl Read + use<>, impl Read + use<>) {
    (
        child.stdin.take().expect("stdin is piped"),
        child.stdout.take().expect("stdout is piped"),
        child.stderr.take().expect("stderr is piped"),
    )
}

/// Reads to the end, and keeps the end.
fn last_of(mut pipe: impl Read) -> String {
    let mut kept = VecDeque::with_capacity(STDERR_KEPT);
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        let excess = (kept.len() + count).saturating_sub(STDERR_KEPT);
        kept.drain(..excess);
        kept.extend(&buffer[..count]);
    }
    String::from_utf8_lossy(kept.make_contiguous()).into_owned()
}

/// Makes the kernel kill the child when the thread that starts it ends, which waits for it:
/// so it ends with this program even if that is killed.
fn die_with_parent(command: &mut Command) {
    let parent = process::getpid();
    let hook = move || {
        process::set_parent_process_death_signal(Some(Signal::KILL))?;
        match process::getppid() {
            Some(actual) if actual == parent => Ok(()),
            // The parent ended before the line above.
            _ => Err(Errno::SRCH.into()),
        }
    };
    // SAFETY: between fork and exec the closure makes two system calls (prctl, getppid),
    // both async-signal-safe, and neither allocates nor takes a lock, whatever they return.
    unsafe { command.pre_exec(hook) };
}

/// Reaps `pid` and tells what it used.
fn wait4(pid: Pid) -> io::Result<(ExitStatus, Usage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    loop {
        // SAFETY: both pointers are to live locals of the types that wait4 writes. The pid
        // is a child of ours that nobody else waits for, so it can't have been reused.
        let reaped = unsafe {
            libc::wait4(
                pid.as_raw_nonzero().get(),
                &mut status,
                0,
                usage.as_mut_ptr(),
            )
        };
        if reaped >= 0 {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: wait4 returned the pid, so it has filled in the whole structure.
    let usage = unsafe { usage.assume_init() };
    let nanos = |time: libc::timeval| {
        time.tv_sec as u64 * 1_000_000_000 + time.tv_usec as u64 * 1000
    };
    let usage = Usage {
        user_nanos: nanos(usage.ru_utime),
        system_nanos: nanos(usage.ru_stime),
        voluntary_switches: usage.ru_nvcsw as u64,
        involuntary_switches: usage.ru_nivcsw as u64,
    };
    Ok((ExitStatus::from_raw(status), usage))
}
