//! One child process and everything it started: fed, drained, timed, and never left
//! running.
//!
//! No wait here is without a bound: one loop feeds and drains all pipes, and looks at the
//! clock and at interrupts.

use std::{
    io::{self, Read, Write},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd},
        unix::{
            net::UnixStream,
            process::{CommandExt, ExitStatusExt},
        },
    },
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, fcntl_dupfd_cloexec, ioctl_fionbio},
    process::{self, Pid, PidfdFlags},
};
use serde::{Deserialize, Serialize};

use crate::{
    Program, Settings, TrialError,
    guard::{self, Report},
    interrupt,
};

pub(crate) use kept::{Error, Output};

mod kept;

/// How long a guard has to end everything once it is asked to.
const GRACE: Duration = Duration::from_millis(500);
/// How long the interrupt and the clock may go unseen.
const SLICE: Duration = Duration::from_millis(50);
/// What is read of a pipe at once.
const BUFFER: usize = 64 * 1024;
/// The most that is read of a pipe when the processes that wrote to it are gone. No pipe
/// holds more, so the rest is from a process that they passed it to.
const PIPE: usize = 1 << 20;

/// What a process and the descendants that it waited for used, as `wait4` reports it.
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

/// Waits for a child that is not reaped yet, and returns its status and what it used. The
/// standard library returns only the status.
pub fn wait_for(child: &Child) -> io::Result<(ExitStatus, Usage)> {
    wait4(Pid::from_child(child))
}

/// How a process ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    pub(crate) usage: Usage,
    pub(crate) said: Said,
    /// When it was started, in nanoseconds of the system's monotonic clock.
    pub(crate) started: u64,
    /// From its start to its end.
    pub(crate) took: Duration,
    /// Descendants that were still there, living or unreaped, when it had ended. They are
    /// gone now.
    pub(crate) left_behind: usize,
}

/// What a process printed until it ended.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) output: Output,
    pub(crate) error: Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    Signal(i32),
}

/// Runs `command` on `input` in a process group of its own. Its standard output may have
/// `longest` bytes. It gets what is `handed_down` as its descriptor 3.
///
/// Everything that the command has started is ended once the command has ended, its time
/// is up, or this program was interrupted or is gone.
pub(crate) fn run(
    program: &Program,
    command: &Command,
    input: &[u8],
    settings: &Settings,
    longest: u64,
    handed_down: Option<BorrowedFd<'_>>,
) -> Result<Ended, TrialError> {
    let not_started = |source| TrialError::Spawn {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    };
    let (socket, its) = guard::socket()?;
    let mut under_guard = program.command();
    under_guard
        .args(guard::words(command, settings))
        .process_group(0)
        .stdin(its)
        .stdout(Stdio::piped())
        .stderr(match settings.shows_errors {
            true => Stdio::inherit(),
            false => Stdio::piped(),
        });
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => under_guard.env(name, value),
            None => under_guard.env_remove(name),
        };
    }
    // A guard hands on what it has inherited.
    if let Some(descriptor) = handed_down {
        hand_down(&mut under_guard, descriptor)?;
    }
    // What a guard leaves behind that was itself killed becomes ours, and is ended.
    process::set_child_subreaper(Some(process::getpid())).map_err(io::Error::from)?;
    let guard = under_guard.spawn().map_err(not_started)?;
    // Its end of the socket is its alone from here on, and closes with it.
    drop(under_guard);
    let mut guard = Guard(guard);
    let length = (input.len() as u64).to_le_bytes();
    let mut talk = Talk {
        socket,
        sent: 0,
        to_send: [&length, input].concat(),
        report: Vec::new(),
        is_closed: false,
    };
    let mut pipes = Pipes::of(&mut guard.0, longest)?;
    let cut = talk.until_report(&mut pipes, settings.time_limit)?;
    // The guard has sent its report, or has none to send.
    let is_gone = guard.has_ended(GRACE)?;
    let report = serde_json::from_slice(&talk.report);
    if !is_gone || report.is_err() {
        guard.end();
    }
    pipes.drain();
    let said = pipes.said;
    let limit = settings.time_limit;
    let timed_out = |Said { output, error }| TrialError::TimedOut {
        limit,
        stderr: error.text(),
        stdout: output.head().into_owned(),
    };
    match cut {
        Some(End::Interrupt) => return Err(TrialError::Interrupted),
        Some(End::Limit) => return Err(timed_out(said)),
        Some(End::Endless) => {
            return Err(TrialError::EndlessReply {
                most: longest,
                stderr: said.error.text(),
                stdout: said.output.head().into_owned(),
            });
        }
        None => {}
    }
    match report {
        Err(_) => Err(TrialError::GuardLost),
        Ok(Report::NotStarted { code, why }) => Err(not_started(match code {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::other(why),
        })),
        // This program was stopped meanwhile, so it did not see the limit pass.
        Ok(Report::Ended { nanos, .. }) if Duration::from_nanos(nanos) > limit => {
            Err(timed_out(said))
        }
        Ok(Report::Ended {
            status,
            usage,
            started,
            nanos,
            left_behind,
        }) => Ok(Ended {
            exit: guard::status(status).into(),
            usage,
            said,
            started,
            took: Duration::from_nanos(nanos),
            left_behind,
        }),
    }
}

/// What a process inherits beside its standard streams: the first descriptor that systemd
/// hands down, too.
const HANDED_DOWN: i32 = 3;

/// Makes the command inherit `descriptor` as its descriptor 3, and says so in its
/// environment in systemd's words.
pub(crate) fn hand_down(
    command: &mut Command,
    descriptor: BorrowedFd<'_>,
) -> io::Result<()> {
    // If 3 is free, this copy takes it until the command is dropped: else the pipe by
    // which the child reports a failed exec could be there.
    let place = fcntl_dupfd_cloexec(descriptor, HANDED_DOWN)?;
    let from = fcntl_dupfd_cloexec(descriptor, HANDED_DOWN + 1)?;
    command.env("LISTEN_FDS", "1");
    let hook = move || {
        let _place = &place;
        // SAFETY: dup2 takes two numbers, and is async-signal-safe. The first is open, as
        // the closure owns it. The second is the child's own; what was there is closed.
        match unsafe { libc::dup2(from.as_raw_fd(), HANDED_DOWN) } {
            HANDED_DOWN => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: between fork and exec the closure makes one system call, which is
    // async-signal-safe; it neither allocates nor takes a lock.
    unsafe { command.pre_exec(hook) };
    Ok(())
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.signal(), status.code()) {
            (Some(signal), _) => Exit::Signal(signal),
            (None, code) => Exit::Code(code.expect("what no signal ended has a code")),
        }
    }
}

/// Why a guard was asked to end the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Interrupt,
    Limit,
    Endless,
}

/// The bytes to a guard, and its report.
struct Talk {
    socket: UnixStream,
    to_send: Vec<u8>,
    sent: usize,
    report: Vec<u8>,
    /// Whether the guard's end is closed.
    is_closed: bool,
}

impl Talk {
    /// Sends and reads until the guard has reported or is gone. Once it was asked to end
    /// everything, it has a limited time for that. Returns why it was asked, if it was.
    fn until_report(
        &mut self,
        pipes: &mut Pipes,
        limit: Duration,
    ) -> io::Result<Option<End>> {
        let clock = Instant::now();
        let mut asked: Option<(End, Instant)> = None;
        loop {
            let next = match asked {
                Some((_, at)) => (at + GRACE).saturating_duration_since(Instant::now()),
                None => limit.saturating_sub(clock.elapsed()),
            };
            self.turn(pipes, next.min(SLICE))?;
            let why = asked.map(|(why, _)| why);
            if self.is_closed {
                return Ok(why);
            }
            match asked {
                Some((why, at)) if at.elapsed() >= GRACE => return Ok(Some(why)),
                Some(_) => continue,
                None => {}
            }
            let why = match () {
                () if interrupt::received().is_some() => End::Interrupt,
                () if pipes.said.output.is_endless() => End::Endless,
                () if clock.elapsed() >= limit => End::Limit,
                () => continue,
            };
            asked = Some((why, Instant::now()));
            // An end that is closed already is what we want.
            drop(self.socket.shutdown(std::net::Shutdown::Write));
            self.sent = self.to_send.len();
        }
    }

    /// Waits until something can be read or written, and does it.
    fn turn(&mut self, pipes: &mut Pipes, most: Duration) -> io::Result<()> {
        let wants = match self.sent < self.to_send.len() {
            true => PollFlags::IN | PollFlags::OUT,
            false => PollFlags::IN,
        };
        let mut watched = vec![PollFd::new(&self.socket, wants)];
        let output = pipes.output.as_ref().map(AsFd::as_fd);
        let error = pipes.error.as_ref().map(AsFd::as_fd);
        let pipes_there = output.into_iter().chain(error);
        watched.extend(
            pipes_there.map(|pipe| PollFd::from_borrowed_fd(pipe, PollFlags::IN)),
        );
        let most = Timespec {
            tv_sec: most.as_secs() as _,
            tv_nsec: most.subsec_nanos() as _,
        };
        match poll(&mut watched, Some(&most)) {
            // A signal cuts the wait short only in the thread that it was delivered to.
            Err(Errno::INTR) => return Ok(()),
            ready => ready?,
        };
        pipes.read_once();
        while self.sent < self.to_send.len() {
            match self.socket.write(&self.to_send[self.sent..]) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It is gone, which the read below finds.
                Err(_) => self.sent = self.to_send.len(),
            }
        }
        let mut buffer = [0; 4096];
        match self.socket.read(&mut buffer) {
            Ok(count) => {
                self.report.extend(&buffer[..count]);
                self.is_closed = count == 0;
            }
            Err(error) => {
                let goes_on = [io::ErrorKind::WouldBlock, io::ErrorKind::Interrupted];
                self.is_closed = !goes_on.contains(&error.kind());
            }
        }
        Ok(())
    }
}

/// What the command writes to, and what was read of it.
struct Pipes {
    output: Option<std::process::ChildStdout>,
    error: Option<std::process::ChildStderr>,
    said: Said,
    buffer: Vec<u8>,
}

impl Pipes {
    fn of(guard: &mut Child, longest: u64) -> io::Result<Self> {
        let output = guard.stdout.take().expect("stdout is piped");
        let error = guard.stderr.take();
        ioctl_fionbio(&output, true)?;
        if let Some(error) = &error {
            ioctl_fionbio(error, true)?;
        }
        Ok(Self {
            output: Some(output),
            error,
            said: Said {
                output: Output::of(longest),
                error: Error::default(),
            },
            buffer: vec![0; BUFFER],
        })
    }

    /// Reads the available bytes, as far as they fit into the buffer. Returns how many it
    /// read.
    fn read_once(&mut self) -> usize {
        let buffer = &mut self.buffer;
        let output = read(&mut self.output, buffer, |bytes| {
            self.said.output.take(bytes)
        });
        output + read(&mut self.error, buffer, |bytes| self.said.error.take(bytes))
    }

    /// Reads all that is left.
    fn drain(&mut self) {
        let mut drained = 0;
        while drained <= PIPE {
            match self.read_once() {
                0 => break,
                count => drained += count,
            }
        }
    }
}

/// Reads the available bytes from a pipe, and closes it at its end.
fn read(
    pipe: &mut Option<impl Read>,
    buffer: &mut [u8],
    take: impl FnOnce(&[u8]),
) -> usize {
    let Some(open) = pipe else {
        return 0;
    };
    match open.read(buffer) {
        Ok(count @ 1..) => {
            take(&buffer[..count]);
            count
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
        Ok(_) | Err(_) => {
            *pipe = None;
            0
        }
    }
}

/// A guard that is ended and reaped, come what may.
struct Guard(Child);

impl Guard {
    /// Whether it ends within that time.
    fn has_ended(&self, limit: Duration) -> io::Result<bool> {
        let pid = Pid::from_child(&self.0);
        let ends = process::pidfd_open(pid, PidfdFlags::empty())?;
        let clock = Instant::now();
        loop {
            let left = limit.saturating_sub(clock.elapsed());
            let most = Timespec {
                tv_sec: left.as_secs() as _,
                tv_nsec: left.subsec_nanos() as _,
            };
            match poll(&mut [PollFd::new(&ends, PollFlags::IN)], Some(&most)) {
                Err(Errno::INTR) => {}
                ready => return Ok(ready? > 0),
            }
        }
    }

    /// Ends it, and what it has not ended.
    fn end(&mut self) {
        let pid = Pid::from_child(&self.0);
        // It may have exited already.
        drop(self.0.kill());
        drop(self.0.wait());
        guard::end_orphans_of(pid);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The socket closes with the function that has it, so it ends in any case.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Reaps `pid` and returns its status and what it used.
fn wait4(pid: Pid) -> io::Result<(ExitStatus, Usage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    loop {
        // SAFETY: both pointers are to live locals of the types that wait4 writes. The
        // pid is a child of ours that no other thread waits for, so it can't have been
        // reused.
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
