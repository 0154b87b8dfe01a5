//! What is done for one request: the answer that belongs to its path, after a pause and
//! some computing. And what a server is started with: its socket, and its signal.

use std::{
    hint::black_box,
    io,
    net::TcpListener,
    os::fd::{BorrowedFd, RawFd},
    process,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustix::{
    io::dup,
    net::{AddressFamily, getsockname},
    time::{ClockId, clock_gettime},
};
use signal_hook::{consts::SIGTERM, flag};

use crate::Job;

/// The path that is answered by the server's process id.
pub(crate) const PID: &str = "/pid";
/// What the path of a request begins with that makes the handler panic.
pub(crate) const PANIC: &str = "/panic/";

/// The path for which the handler computes [`BUSY_FOR`] in any job.
pub(crate) const BUSY: &str = "/busy";
const BUSY_FOR: Duration = Duration::from_millis(20);
/// The path for which the handler waits [`SLOW_FOR`] in any job.
pub(crate) const SLOW: &str = "/slow";
const SLOW_FOR: Duration = Duration::from_secs(3);

/// What the handler does before its answer.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    wait: Duration,
    compute: Duration,
}

impl Work {
    /// What the job asks for.
    pub fn of(job: &Job) -> Self {
        let time = |ms: f64| Duration::from_secs_f64(ms / 1e3);
        Self {
            wait: time(job.wait_ms),
            compute: time(job.compute_ms),
        }
    }

    /// How long the handler waits before it answers a request for `path`. The variant does
    /// that, as its runtime does it.
    pub fn wait(&self, path: &str) -> Option<Duration> {
        match path {
            PID => None,
            SLOW => Some(SLOW_FOR),
            _ => Some(self.wait).filter(|wait| !wait.is_zero()),
        }
    }

    /// Computes, and returns the body of the answer to a request for `path`.
    ///
    /// # Panics
    /// The path asks for it.
    pub fn answer(&self, path: &str) -> String {
        if path == PID {
            return process::id().to_string();
        }
        assert!(!path.starts_with(PANIC), "asked to panic");
        compute(if path == BUSY { BUSY_FOR } else { self.compute });
        answer(path)
    }
}

/// Computes until this thread has had a core for so long.
fn compute(time: Duration) {
    if time.is_zero() {
        return;
    }
    let used = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let start = used();
    while used() - start < time {
        black_box((0..1000_u64).fold(1, |x, i| mixed(x ^ i)));
    }
}

/// The body that belongs to a path: 16 digits that no other path has, but by chance.
pub(crate) fn answer(path: &str) -> String {
    let digest = path.bytes().fold(0, |x, byte| mixed(x ^ u64::from(byte)));
    format!("{digest:016x}")
}

/// splitmix64's step: each bit of the result depends on each of `x`.
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Descriptors that a runtime may need for itself.
const OWN: usize = 16;
/// What a server finds listening when it is started by systemd, or by a trial.
const LISTENING: RawFd = 3;

/// The socket that this process listens on, where it has inherited none.
static OWN_LISTENER: OnceLock<TcpListener> = OnceLock::new();

/// Has the server of this process listen on a socket of its own.
pub(crate) fn listen_on(listener: TcpListener) -> &'static TcpListener {
    OWN_LISTENER.get_or_init(|| listener)
}

/// The socket that listens, which this process has inherited as its descriptor 3, or has
/// opened. A second SIGTERM ends the process from here on; the first is the variant's.
///
/// # Errors
/// Descriptor 3 is not such a socket, or too few can be open for the job's clients: a server
/// without descriptors would wait for some without an end.
pub fn inherited(job: &Job) -> io::Result<TcpListener> {
    second_signal_ends()?;
    if let Some(listener) = OWN_LISTENER.get() {
        return listener.try_clone();
    }
    // SAFETY: the number is not -1. Nothing in this process closes descriptor 3: it was
    // inherited, and is only borrowed. If it is not open, the next call says so.
    let listening = unsafe { BorrowedFd::borrow_raw(LISTENING) };
    let why = "descriptor 3 is not a socket that listens: start it by `compare`, \
        or by systemd-socket-activate";
    match getsockname(listening).map(|address| address.address_family()) {
        Ok(AddressFamily::INET | AddressFamily::INET6) => {
            let copies = (0..job.load.clients + OWN).map(|_| dup(listening));
            copies.collect::<Result<Vec<_>, _>>()?;
            // A copy, which the server closes when it accepts no more.
            Ok(TcpListener::from(listening.try_clone_to_owned()?))
        }
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, why)),
    }
}

/// Makes the second SIGTERM from here on end the process with exit code 143.
fn second_signal_ends() -> io::Result<()> {
    static AGAIN: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(again) = AGAIN.get() {
        again.store(false, Ordering::SeqCst);
        return Ok(());
    }
    let again = Arc::new(AtomicBool::new(false));
    // What is registered first runs first: the first signal finds the flag unset.
    flag::register_conditional_shutdown(SIGTERM, 128 + SIGTERM, Arc::clone(&again))?;
    flag::register(SIGTERM, Arc::clone(&again))?;
    AGAIN.get_or_init(|| again);
    Ok(())
}
