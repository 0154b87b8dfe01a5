//! The guard of a trial: the process that starts a command. At the end it ends all that
//! the command started, even if this program is gone.
//!
//! It stands between this program and the command:
//!
//! ```text
//! compare ── socket ── guard ── pipe ── the command ── its children …
//! ```
//!
//! Orphans of the command become children of the guard (`PR_SET_CHILD_SUBREAPER`), even
//! those that left the group or the session. The socket closes when this program ends, by
//! SIGKILL as well; then the guard kills its children until there is none. It signals
//! only its own children. No other process can get their ids before the guard has waited
//! for them.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{self, Read, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{
            net::UnixStream,
            process::{CommandExt, ExitStatusExt},
        },
    },
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::{Errno, ioctl_fionbio},
    process::{
        self, Pid, PidfdFlags, Resource, Rlimit, Signal, WaitOptions, kill_process,
        kill_process_group,
    },
};
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use crate::{
    process::{Usage, wait_for},
    settings::Settings,
    spans::monotonic_nanos,
};

/// In the environment of a command, and of what it starts: the process id of its guard.
pub(crate) const GUARD: &str = "INTERLEAVE_GUARD";
/// The word after which a program is a guard.
pub(crate) const WORD: &str = "guard";
/// How long the descendants that the command left may take to end after SIGKILL.
const REST: Duration = Duration::from_secs(1);

/// What a guard reports once the command and all its descendants are gone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    /// It was there.
    Ended {
        /// As `wait4` has it.
        status: i32,
        /// What it used.
        usage: Usage,
        /// When it was started, in nanoseconds of the system's monotonic clock.
        started: u64,
        /// Nanoseconds from its start to its end.
        nanos: u64,
        /// Descendants that were there after it.
        left_behind: usize,
    },
    /// It could not be started.
    NotStarted {
        /// The system's number for the cause, if it has one.
        code: Option<i32>,
        /// The cause.
        why: String,
    },
}

/// The words that make a program the guard of a command under these settings.
pub(crate) fn words(command: &Command, settings: &Settings) -> Vec<OsString> {
    let limit = |limit: Option<u64>| limit.map_or("-".into(), |n| n.to_string().into());
    let mut words = vec![
        WORD.into(),
        limit(settings.descriptors),
        limit(settings.addresses),
        command.get_program().to_owned(),
    ];
    words.extend(command.get_args().map(OsStr::to_owned));
    words
}

/// Is a guard: `args` are what stands behind its word. The socket is its standard input,
/// and first has the command's: eight bytes with its length, from the least, and itself.
///
/// # Errors
/// These are not a guard's words, or the system refuses what a guard needs.
pub fn guard(mut args: impl Iterator<Item = OsString>) -> Result<()> {
    // What ends programs by name or by terminal is for the others, not for their guard.
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::default())?;
    }
    process::set_child_subreaper(Some(process::getpid())).map_err(io::Error::from)?;
    let mut limit = || args.next()?.into_string().ok();
    let limits = [(limit(), Resource::Nofile), (limit(), Resource::As)];
    let program = args
        .next()
        .context("a guard is started by this program alone")?;
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    let mut socket = UnixStream::from(socket);
    let mut length = [0; 8];
    socket.read_exact(&mut length)?;
    let mut input = Vec::new();
    let length = u64::from_le_bytes(length);
    if (&socket).take(length).read_to_end(&mut input)? as u64 != length {
        // The program that wanted it done is gone.
        return Ok(());
    }
    let mut command = Command::new(program);
    command
        .args(args)
        .env(GUARD, process::getpid().as_raw_nonzero().to_string())
        .process_group(0)
        .stdin(Stdio::piped());
    die_with_parent(&mut command);
    // In this order, the times that the command reports lie between the two if they are
    // true.
    let (clock, started) = (Instant::now(), monotonic_nanos());
    let report = match command.spawn() {
        Ok(mut child) => {
            limit_resources(&child, limits)?;
            let stdin = child.stdin.take().expect("stdin is piped");
            let nanos = see_to_its_end(&child, stdin, &input, &socket, clock)?;
            let (status, usage) = wait_for(&child)?;
            Report::Ended {
                status: status.into_raw(),
                usage,
                started,
                nanos,
                left_behind: end_children(),
            }
        }
        Err(error) => Report::NotStarted {
            code: error.raw_os_error(),
            why: error.to_string(),
        },
    };
    // A reader that is gone needs no report, so an error changes nothing.
    drop(socket.write_all(&serde_json::to_vec(&report)?));
    Ok(())
}

/// The child has not been given its input yet, so it can't have passed a limit.
fn limit_resources(
    child: &Child,
    limits: [(Option<String>, Resource); 2],
) -> io::Result<()> {
    for (limit, resource) in limits {
        let limit = limit.and_then(|limit| limit.parse().ok());
        let Some(limit) = limit else { continue };
        let limit = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        process::prlimit(Some(Pid::from_child(child)), resource, limit)?;
    }
    Ok(())
}

/// Feeds the command until it has ended, which may be because the socket was closed.
/// Returns the nanoseconds until then. It has not been waited for.
fn see_to_its_end(
    child: &Child,
    stdin: ChildStdin,
    input: &[u8],
    socket: &UnixStream,
    clock: Instant,
) -> io::Result<u64> {
    let pid = Pid::from_child(child);
    let leader = process::pidfd_open(pid, PidfdFlags::empty())?;
    ioctl_fionbio(&stdin, true)?;
    let mut stdin = Some(stdin).filter(|_| !input.is_empty());
    let (mut fed, mut is_wanted) = (0, true);
    loop {
        let mut watched = vec![PollFd::new(&leader, PollFlags::IN)];
        if is_wanted {
            watched.push(PollFd::new(socket, PollFlags::IN));
        }
        if let Some(stdin) = &stdin {
            watched.push(PollFd::new(stdin, PollFlags::OUT));
        }
        match poll(&mut watched, None) {
            Err(Errno::INTR) => continue,
            polled => polled?,
        };
        let is_ready =
            |at: usize| watched.get(at).is_some_and(|fd| !fd.revents().is_empty());
        let (has_ended, was_closed) = (is_ready(0), is_wanted && is_ready(1));
        if has_ended || was_closed {
            // Until the child is waited for, no other group can have this id.
            let nanos = clock.elapsed().as_nanos() as u64;
            // A group that has already ended is what we want, so an error is no news.
            let _ = kill_process_group(pid, Signal::KILL);
            if has_ended {
                return Ok(nanos);
            }
            (is_wanted, stdin) = (false, None);
            continue;
        }
        if let Some(pipe) = &mut stdin {
            match pipe.write(&input[fed..]) {
                Ok(count) => fed += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // A child that closes its input early is judged by its answer.
                Err(_) => fed = input.len(),
            }
            if fed == input.len() {
                stdin = None;
            }
        }
    }
}

/// Ends and reaps all children, and those that become children by it. Returns how many
/// there were.
fn end_children() -> usize {
    let mut count = 0;
    let clock = Instant::now();
    loop {
        match process::wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => count += 1,
            Ok(None) if clock.elapsed() < REST => {
                for child in children() {
                    // It may be a program of another user, or have ended.
                    let _ = kill_process(child, Signal::KILL);
                }
                thread::sleep(Duration::from_micros(200));
            }
            // What SIGKILL does not end in this time, nothing here can end.
            Ok(None) => return count + children().len(),
            Err(Errno::INTR) => {}
            Err(_) => return count,
        }
    }
}

/// The children of this process, of all its threads.
fn children() -> Vec<Pid> {
    let pids = |text: String| {
        let pids = text.split_whitespace().filter_map(|pid| pid.parse().ok());
        pids.filter_map(Pid::from_raw).collect::<Vec<_>>()
    };
    let threads = fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let lists = threads.map(|thread| fs::read_to_string(thread.path().join("children")));
    lists.flatten().flat_map(pids).collect()
}

/// Ends what a guard left that was itself killed: those of our children that are marked
/// with its id. They are our children by now, so no other process can have their ids.
pub(crate) fn end_orphans_of(guard: Pid) {
    let mark = format!("{GUARD}={}", guard.as_raw_nonzero());
    let is_marked = |pid: &Pid| {
        let environment = fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero()));
        let environment = environment.unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    };
    let clock = Instant::now();
    while clock.elapsed() < REST {
        let orphans: Vec<Pid> = children().into_iter().filter(is_marked).collect();
        for orphan in &orphans {
            let _ = kill_process(*orphan, Signal::KILL);
            let _ = process::waitpid(Some(*orphan), WaitOptions::NOHANG);
        }
        // Those whose parent is about to end are not ours yet.
        if orphans.is_empty() && clock.elapsed() > REST / 10 {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Whether a process is a guard.
pub fn is_guard(pid: Pid) -> bool {
    let words = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
    let words = words.unwrap_or_default();
    // It is the first word, or behind the name of a model.
    let mut first = words.split(|byte| *byte == 0).skip(1).take(3);
    first.any(|word| word == WORD.as_bytes())
}

/// Makes the kernel kill the child when the thread that starts it ends, which waits for it:
/// so it ends with this program even if that is killed.
pub fn die_with_parent(command: &mut Command) {
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

/// The two ends of a guard's socket: ours, and the one that is its standard input.
pub(crate) fn socket() -> io::Result<(UnixStream, OwnedFd)> {
    let (ours, its) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((ours, its.into()))
}

/// The status of a report.
pub(crate) fn status(raw: i32) -> ExitStatus {
    ExitStatus::from_raw(raw)
}
