//! Ctrl-C, SIGTERM, SIGQUIT and a terminal that is closed: the first signal asks, the second
//! ends the program at once.

use std::{
    io,
    mem::MaybeUninit,
    process::ExitCode,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    flag, low_level,
};

use crate::monotonic_nanos;

/// A signal that comes again within this time is the same request. `timeout`, for one,
/// sends its signal to the program and then to the program's group (coreutils,
/// timeout.c). A parent that forwards a terminal's Ctrl-C does the same. No user presses
/// two keys as fast.
const ONE_REQUEST: Duration = Duration::from_millis(50);

/// The signal that asked this program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal was closed.
    HangUp,
    /// SIGQUIT: Ctrl-\.
    Quit,
}

impl Signal {
    /// In the order in which they count where several came.
    const ALL: [Signal; 4] = [
        Signal::Interrupt,
        Signal::Terminate,
        Signal::HangUp,
        Signal::Quit,
    ];

    /// The exit code that shows the caller which signal it was: 130, 143, 129 or 131.
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(128 + self.number() as u8)
    }

    fn number(self) -> i32 {
        match self {
            Signal::Interrupt => SIGINT,
            Signal::Terminate => SIGTERM,
            Signal::HangUp => SIGHUP,
            Signal::Quit => SIGQUIT,
        }
    }

    /// When it came first, in nanoseconds of the monotonic clock; 0 if it did not.
    fn came(self) -> &'static AtomicU64 {
        static CAME: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];
        &CAME[self as usize]
    }

    /// Takes note of it, in a signal's handler. The second request ends the program.
    fn note(self) {
        let now = monotonic_nanos();
        let first = self.came().compare_exchange(0, now, Relaxed, Relaxed);
        let ends = match first {
            Ok(_) => WRITING.load(Relaxed) > 0,
            Err(first) => is_another(first, now),
        };
        if ends {
            low_level::exit(128 + self.number());
        }
    }
}

/// How many threads write what nobody may read.
static WRITING: AtomicUsize = AtomicUsize::new(0);

/// Writes to a pipe or a device that stands where a file is due: its reader may never come.
/// No trial is under way then, so the first signal ends the program at once.
pub fn while_writing<T>(write: impl FnOnce() -> T) -> T {
    WRITING.fetch_add(1, Relaxed);
    let written = write();
    WRITING.fetch_sub(1, Relaxed);
    written
}

/// Whether a signal is a request of its own, by the times of the first and of this one.
fn is_another(first: u64, now: u64) -> bool {
    u128::from(now.saturating_sub(first)) >= ONE_REQUEST.as_nanos()
}

/// Takes back what whoever started this program may have set for it, and what it would
/// hand on: no signal is blocked, and the end of a child can be waited for. To be called
/// before there is a second thread.
pub fn unblock() {
    let mut none = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the set is a live local that sigemptyset fills in before it is read; neither
    // call has a null pointer but for the old mask, which is then not written.
    unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut());
    }
    // A shell's `trap '' CHLD` is inherited, and the system then reaps every child by itself.
    // SAFETY: the default is no function, so none is called in a signal.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
}

/// Whether the program was started so that this signal does nothing, as `nohup` does.
fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is set, and the structure that is filled in is a live local of the type
    // that sigaction writes. Zeros are a value of it.
    let action = unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

/// Starts to listen for these signals. Trials that run when one comes are killed, with all
/// their processes, and report that they were interrupted. The second call does nothing.
pub fn listen() -> io::Result<()> {
    static LISTENS: AtomicBool = AtomicBool::new(false);
    if LISTENS.swap(true, Relaxed) {
        return Ok(());
    }
    printed_text::give_up_when(|| received().is_some());
    for signal in Signal::ALL {
        // A run under nohup outlives its terminal.
        if signal == Signal::HangUp && is_ignored(SIGHUP) {
            continue;
        }
        // SAFETY: the handler reads a clock, changes an atomic integer and may call
        // _exit, all of which are safe within a signal (signal-safety(7)). It takes no
        // lock, does not allocate and can't panic.
        unsafe { low_level::register(signal.number(), move || signal.note()) }?;
    }
    Ok(())
}

/// Makes a write beyond the limit of a file's size (`ulimit -f`) fail; the signal that
/// comes with it would otherwise end the program.
pub fn outlive_file_limit() -> io::Result<()> {
    let limit = rustix::process::Signal::XFSZ.as_raw();
    flag::register(limit, Arc::default()).map(drop)
}

/// The signal that came, if one did.
pub fn received() -> Option<Signal> {
    let has_come = |signal: &Signal| signal.came().load(Relaxed) != 0;
    Signal::ALL.into_iter().find(has_come)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_twice_at_once_is_one_request() {
        let window = ONE_REQUEST.as_nanos() as u64;
        for (first, now, is) in [
            (5, 5, false),
            (5, 4 + window, false),
            (5, 5 + window, true),
            (5, 3, false),
            (5, u64::MAX, true),
        ] {
            assert_eq!(is_another(first, now), is, "{first}, {now}");
        }
    }
}
