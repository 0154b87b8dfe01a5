//! Ctrl-C, SIGTERM, SIGQUIT and a terminal that is closed: the first signal asks, the second ends the
//! program at once.

use std::{
    io,
    process::ExitCode,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    flag,
};

#[derive(Debug)]
struct Flags {
    interrupt: Arc<AtomicBool>,
    terminate: Arc<AtomicBool>,
    hang_up: Arc<AtomicBool>,
    quit: Arc<AtomicBool>,
}

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// The signal that asked this program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
    /// SIGQUIT: Ctrl-\.
    Quit,
}

impl Signal {
    /// The exit code that tells the caller which signal it was: 130, 143, 129 or 131.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Signal::Interrupt => ExitCode::from(130),
            Signal::Terminate => ExitCode::from(143),
            Signal::HangUp => ExitCode::from(129),
            Signal::Quit => ExitCode::from(131),
        }
    }
}

/// Starts to listen for these signals. Trials that run when one comes are killed, with all
/// their processes, and report that they were interrupted.
pub fn listen() -> io::Result<()> {
    let flags = Flags {
        interrupt: Arc::new(AtomicBool::new(false)),
        terminate: Arc::new(AtomicBool::new(false)),
        hang_up: Arc::new(AtomicBool::new(false)),
        quit: Arc::new(AtomicBool::new(false)),
    };
    // The order matters: the shutdown looks at the flag before this signal sets it.
    flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&flags.interrupt))?;
    flag::register(SIGINT, Arc::clone(&flags.interrupt))?;
    flag::register_conditional_shutdown(SIGTERM, 143, Arc::clone(&flags.terminate))?;
    flag::register(SIGTERM, Arc::clone(&flags.terminate))?;
    flag::register_conditional_shutdown(SIGHUP, 129, Arc::clone(&flags.hang_up))?;
    flag::register(SIGHUP, Arc::clone(&flags.hang_up))?;
    flag::register_conditional_shutdown(SIGQUIT, 131, Arc::clone(&flags.quit))?;
    flag::register(SIGQUIT, Arc::clone(&flags.quit))?;
    // Whoever listened first is listened to: both sets of flags are set by a signal.
    FLAGS.get_or_init(|| flags);
    Ok(())
}

/// Lets a write beyond the limit of a file's size (`ulimit -f`) fail, where the signal that
/// comes with it would end the program.
pub fn outlive_file_limit() -> io::Result<()> {
    let limit = rustix::process::Signal::XFSZ.as_raw();
    flag::register(limit, Arc::default()).map(drop)
}

/// The signal that came, if one did.
pub fn received() -> Option<Signal> {
    let flags = FLAGS.get()?;
    if flags.interrupt.load(Relaxed) {
        Some(Signal::Interrupt)
    } else if flags.terminate.load(Relaxed) {
        Some(Signal::Terminate)
    } else if flags.hang_up.load(Relaxed) {
        Some(Signal::HangUp)
    } else if flags.quit.load(Relaxed) {
        Some(Signal::Quit)
    } else {
        None
    }
}
