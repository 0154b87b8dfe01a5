//! What the system refuses, in one line: threads, memory, descriptors.
//!
//! A function reports a thread that it can't start. But no caller can catch the failure
//! of a thread that a runtime starts on its own, once it first needs it. Some runtimes
//! panic on a thread of their own, some wait for a thread that never comes. So a trial
//! asks for its threads before its clock starts, and a panic over what the system refused
//! ends the program.

use std::{
    fs,
    hint::black_box,
    io,
    panic::{self, PanicHookInfo},
    path::Path,
    process,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use rustix::process::{Resource, getrlimit};
use signal_hook::{consts::SIGABRT, flag};

use crate::{Held, exit::advice, settle, tell};

/// If a limit leaves this many threads, a trial asks for none beforehand.
const PLENTY: u64 = 4096;

/// From here on a panic over what the system refused is one line and exit code 1, whichever
/// thread it is on.
pub(crate) fn listen(name: &'static str) {
    let usual = panic::take_hook();
    let said = AtomicBool::new(false);
    panic::set_hook(Box::new(move |panic| match refusal(panic) {
        Some((why, code)) if !said.swap(true, Relaxed) => {
            tell(format_args!("{name}: {why}{}", advice(code)));
            process::exit(1);
        }
        // Another thread is about to end the program.
        Some(_) => thread::sleep(Duration::MAX),
        None => usual(panic),
    }));
    aborts_are_failures();
}

/// Where addresses are limited, an abort is exit code 1: it follows an allocation in vain,
/// and its line.
fn aborts_are_failures() {
    if getrlimit(Resource::As).current.is_some() {
        let always = Arc::new(AtomicBool::new(true));
        // Without it the caller sees the signal instead of the exit code.
        drop(flag::register_conditional_shutdown(SIGABRT, 1, always));
    }
}

/// The message of a panic over what the system refused, and the system's number for it.
fn refusal(panic: &PanicHookInfo<'_>) -> Option<(String, i32)> {
    let why = panic.payload_as_str()?;
    Some((why.to_owned(), code_in(why)?))
}

/// The system's number for what it refused, as the standard library or ipc-channel writes
/// it.
fn code_in(why: &str) -> Option<i32> {
    let after = |words| why.split_once(words).map(|(_, rest)| rest);
    let rest = ["(os error ", "Os { code: ", "Errno("]
        .into_iter()
        .find_map(after)?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let code = digits.parse().ok()?;
    [libc::EAGAIN, libc::ENOMEM, libc::EMFILE, libc::ENFILE]
        .contains(&code)
        .then_some(code)
}

/// Starts `count` threads at once, and ends them, where threads are limited. The limits
/// of this process are in force by now.
///
/// # Errors
/// The system refuses one of them.
pub(crate) fn ensure_threads(count: usize) -> anyhow::Result<()> {
    aborts_are_failures();
    if count == 0 || !are_limited() {
        return Ok(());
    }
    let before = Held::now()?;
    let all_asked = OnceLock::new();
    let started = thread::scope(|scope| {
        let threads = (0..count).map(|_| {
            thread::Builder::new().spawn_scoped(scope, || {
                // With the first allocation a thread gets a heap of its own, which takes
                // far more addresses than its stack.
                let heap = black_box(Box::new(0_u8));
                all_asked.wait();
                drop(heap);
            })
        });
        let started = threads.collect::<io::Result<Vec<_>>>();
        all_asked.get_or_init(|| ());
        started.map(drop)
    });
    // A thread that was joined counts until the kernel has taken it away.
    settle(before)?;
    started.map_err(|error| {
        let why = format!("can't start {count} threads at once: {error}");
        io::Error::new(error.kind(), why).into()
    })
}

/// Whether a thread may be refused.
fn are_limited() -> bool {
    let limit = |resource| getrlimit(resource).current;
    limit(Resource::As).is_some()
        || limit(Resource::Nproc)
            .into_iter()
            .chain(tasks_left())
            .any(|left| left < PLENTY)
}

/// How many more tasks the control groups of this process may have.
fn tasks_left() -> Option<u64> {
    const ROOT: &str = "/sys/fs/cgroup";
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let folders = groups.lines().filter_map(|line| {
        let (_, group) = line.split_once(':')?;
        match group.split_once(':')? {
            ("", path) => Some(format!("{ROOT}{path}")),
            ("pids", path) => Some(format!("{ROOT}/pids{path}")),
            _ => None,
        }
    });
    let left = |folder: &Path| {
        let number = |name| -> Option<u64> {
            let text = fs::read_to_string(folder.join(name)).ok()?;
            text.trim().parse().ok()
        };
        Some(number("pids.max")?.saturating_sub(number("pids.current")?))
    };
    let left = folders.filter_map(|folder| {
        let folders = Path::new(&folder).ancestors();
        folders
            .take_while(|folder| folder.starts_with(ROOT))
            .filter_map(left)
            .min()
    });
    left.min()
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::{code_in, ensure_threads};

    #[test]
    fn a_refusal_is_seen_in_the_words_of_who_was_refused() {
        let refused = Error::from_raw_os_error(libc::EAGAIN);
        for why in [
            format!("OS can't spawn worker thread: {refused}"),
            format!("cannot spawn async-io thread: {refused:?}"),
            format!("Failed to obtain a socket: Errno({})", libc::EAGAIN),
        ] {
            assert_eq!(code_in(&why), Some(libc::EAGAIN), "{why}");
        }
        let missing = Error::from_raw_os_error(libc::ENOENT);
        for why in [format!("{missing}"), "worker 0 panics".to_owned()] {
            assert_eq!(code_in(&why), None, "{why}");
        }
    }

    #[test]
    fn threads_that_can_be_had_are_given_back() {
        for count in [0, 1, 50] {
            ensure_threads(count).expect("there are so many");
        }
    }
}
