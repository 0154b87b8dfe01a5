//! How a program ends: how it reports an error, and its exit code.

use std::{io, process::ExitCode};

use anyhow::{Context, Error, Result};
use printed_text::tell;

use crate::{Misuse, interrupt, one_line};

/// Prints a result, as the locale takes it. Standard output may be closed or full: then the
/// program fails.
///
/// # Errors
/// The text could not be written.
pub fn print(text: &str) -> Result<()> {
    printed_text::print(text).context(OUTPUT)
}

/// Prints a result that this program has coloured.
///
/// # Errors
/// The text could not be written.
pub fn print_coloured(text: &str) -> Result<()> {
    printed_text::print_coloured(text).context(OUTPUT)
}

/// Prints JSON, which reads the same in every locale.
///
/// # Errors
/// The text could not be written.
pub fn print_json(json: &str) -> Result<()> {
    printed_text::print_json(json).context(OUTPUT)
}

const OUTPUT: &str = "standard output";

/// Prints the error, if there is one to be seen, and returns the exit code. That is the
/// code of a signal, if one came; else 0 if all is well, 1 if it is not, and 2 for
/// misuse.
pub fn exit_code(name: &str, result: Result<bool>) -> ExitCode {
    if let Some(signal) = interrupt::received() {
        return signal.exit_code();
    }
    let error = match result {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::FAILURE,
        Err(error) => error,
    };
    let closed = error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    });
    let clap = error.downcast_ref::<clap::Error>();
    let misuse = clap.is_some() || error.chain().any(|cause| cause.is::<Misuse>());
    if !closed {
        match clap {
            Some(error) => tell(format_args!("{name}: {}", one_line(error))),
            None => tell(format_args!("{name}: {}", with_advice(&error))),
        }
    }
    ExitCode::from(if misuse { 2 } else { 1 })
}

/// The error with its causes, and what to do where the system has no thread or process left.
fn with_advice(error: &Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some errors show their cause and have it as a source, too.
        if !line.ends_with(&cause) {
            line += &format!(": {cause}");
        }
    }
    let refused = error.chain().find_map(|cause| {
        let io = cause.downcast_ref::<io::Error>()?;
        match io.kind() {
            // Also where an error was given more words.
            io::ErrorKind::WouldBlock => Some(libc::EAGAIN),
            io::ErrorKind::OutOfMemory => Some(libc::ENOMEM),
            _ => io.raw_os_error(),
        }
    });
    line + refused.map_or("", advice)
}

/// What to do where the system refuses something, by its number for the refusal.
pub(crate) fn advice(code: i32) -> &'static str {
    match code {
        libc::EAGAIN => {
            "; where the system has no thread or process left, ask for fewer, or raise \
             `ulimit -u` or `-v`"
        }
        libc::ENOMEM => "; ask for fewer at once, or raise `ulimit -v`",
        libc::EMFILE | libc::ENFILE => "; ask for fewer at once, or raise `ulimit -n`",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_is_refused_comes_with_advice_and_no_cause_twice() {
        #[derive(Debug, thiserror::Error)]
        #[error("no pool: {0}")]
        struct NoPool(#[source] io::Error);

        let refused = io::Error::from_raw_os_error(libc::EAGAIN);
        let said = refused.to_string();
        let line = with_advice(&Error::from(NoPool(refused)).context("no demo"));
        let start = format!("no demo: no pool: {said}; where");
        assert!(line.starts_with(&start), "{line}");
        assert!(line.contains("ulimit"), "{line}");
        let refused = io::Error::new(io::ErrorKind::WouldBlock, "no worker");
        assert!(with_advice(&Error::from(refused)).contains("ulimit"));
        let other = with_advice(&anyhow::anyhow!("in vain").context("no demo"));
        assert_eq!(other, "no demo: in vain");
    }
}
