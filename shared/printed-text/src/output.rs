//! Standard output and standard error, which may be closed, full, or not there at all.

use std::{
    fmt::Display,
    io::{self, Write},
    os::fd::{AsFd, AsRawFd, BorrowedFd},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::text;

/// Prints a result, as the locale takes it. Standard output may be closed or full: then the
/// program fails.
///
/// # Errors
/// The text could not be written.
pub fn print(text: &str) -> io::Result<()> {
    write(&text::local(&text::shown_lines(text)))
}

/// Prints a result that this program has coloured.
///
/// # Errors
/// The text could not be written.
pub fn print_coloured(text: &str) -> io::Result<()> {
    write(&text::local(&text::shown_colours(text)))
}

/// Prints JSON, which reads the same in every locale.
///
/// # Errors
/// The text could not be written.
pub fn print_json(json: &str) -> io::Result<()> {
    write(&text::json(json))
}

/// Bytes that a pipe takes at once where it takes any (pipe(7), PIPE_BUF).
const AT_ONCE: usize = 4096;
/// How long a reader may take for so many once the program was asked to end.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a write that waits looks whether the program was asked to end.
const LOOK_MS: libc::c_int = 100;

/// Whether the program was asked to end.
static IS_ASKED: OnceLock<fn() -> bool> = OnceLock::new();

/// Makes prints fail, and lines be left out, whose reader takes nothing, once the program was
/// asked to end.
pub fn give_up_when(is_asked: fn() -> bool) {
    IS_ASKED.get_or_init(|| is_asked);
}

fn write(text: &str) -> io::Result<()> {
    ensure_output()?;
    // Held while all of it is written, and empty: nothing else here writes to it.
    let mut out = io::stdout().lock();
    out.flush()?;
    write_to(out.as_fd(), text.as_bytes())
}

fn write_to(out: BorrowedFd<'_>, mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        wait_for_room(out)?;
        let part = &rest[..rest.len().min(AT_ONCE)];
        // SAFETY: the descriptor is open as long as it is borrowed, and `part` can be read
        // for its length.
        let written =
            unsafe { libc::write(out.as_raw_fd(), part.as_ptr().cast(), part.len()) };
        match usize::try_from(written) {
            Ok(written) => rest = &rest[written..],
            Err(_) => match io::Error::last_os_error() {
                error if waits(&error) => {}
                error => return Err(error),
            },
        }
    }
    Ok(())
}

/// Waits until the output takes something, or has failed: the write says how.
fn wait_for_room(out: BorrowedFd<'_>) -> io::Result<()> {
    let mut asked_since = None;
    loop {
        let mut out = libc::pollfd {
            fd: out.as_raw_fd(),
            events: libc::POLLOUT,
            revents: 0,
        };
        // SAFETY: one structure is there, and it lives until the call returns.
        match unsafe { libc::poll(&raw mut out, 1, LOOK_MS) } {
            0 => {}
            -1 => match io::Error::last_os_error() {
                error if waits(&error) => {}
                error => return Err(error),
            },
            _ => return Ok(()),
        }
        if IS_ASKED.get().is_some_and(|is_asked| is_asked()) {
            let since = asked_since.get_or_insert_with(Instant::now);
            if since.elapsed() >= PATIENCE {
                let why = "nobody reads it, and this program was asked to end";
                return Err(io::Error::new(io::ErrorKind::TimedOut, why));
            }
        }
    }
}

/// Whether a call is to be made again: a signal came, or the descriptor doesn't block.
fn waits(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
    )
}

/// Holds that there is a standard output: a program that was started with `>&-` has none.
///
/// # Errors
/// The one that a write would have.
pub fn ensure_output() -> io::Result<()> {
    match IS_CLOSED.load(Relaxed) {
        true => Err(io::Error::from_raw_os_error(libc::EBADF)),
        false => Ok(()),
    }
}

/// Whether this program was started without a standard output. The standard library opens
/// `/dev/null` in its place before `main`, and every write to it would be well.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

extern "C" fn look_at_output() {
    // SAFETY: F_GETFD takes no third argument, and reads nothing but the descriptor's flags.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    IS_CLOSED.store(flags == -1, Relaxed);
}

// SAFETY: the loader calls each function in this section once, before `main`. By the C
// calling convention this one may ignore the arguments that it is called with. It uses
// nothing that the standard library sets up.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = look_at_output;

/// Whether standard error took nothing when the program was asked to end.
static IS_STUCK: AtomicBool = AtomicBool::new(false);

/// Prints one line on standard error. It is for a person, so a standard error that can't
/// be written is no failure.
pub fn tell(line: impl Display) {
    let line = text::shown(&line.to_string());
    // In one piece: a thread that aborts may write beside it.
    let line = format!("{}\n", text::local(&line));
    let out = io::stderr().lock();
    // A second line is not waited for: each would take its time.
    if IS_STUCK.load(Relaxed) {
        return;
    }
    let written = write_to(out.as_fd(), line.as_bytes());
    if written.is_err_and(|error| error.kind() == io::ErrorKind::TimedOut) {
        IS_STUCK.store(true, Relaxed);
    }
}
