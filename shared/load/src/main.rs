//! The load generator as a program: offers load, and prints what was measured.
#![forbid(unsafe_code)]

mod arguments;

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clap::Parser as _;
use load::{Plan, Report};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use arguments::Args;

/// The generator did not keep its own schedule.
const LATE: u8 = 3;
/// Requests failed or had no answer at the end, or none could be sent.
const FAILED: u8 = 4;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) if error.exit_code() == 0 => {
            return match error.print() {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            };
        }
        Err(error) => {
            let text = error.to_string();
            // What a line announces stands in those below it.
            let lines = text.lines().take_while(|line| !line.is_empty());
            let lines: Vec<_> = lines.map(str::trim).collect();
            tell(&format!("{}; --help says how", shown(&lines.join(" "))));
            return ExitCode::from(2);
        }
    };
    let plan = match args.plan() {
        Ok(plan) => plan,
        Err(error) => return refused(&error, 2),
    };
    let signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => return refused(&error.into(), 1),
    };
    let report = match load::run(&plan, Some(signals.arrived.as_fd())) {
        Ok(report) => report,
        Err(error @ load::Error::Range { .. }) => return refused(&error, 2),
        Err(error) => return refused(&error, 1),
    };
    if print(&report, &plan, args.json).is_err() {
        // Standard output is closed: nothing to make noise about.
        return ExitCode::FAILURE;
    }
    for doubt in report.doubts() {
        tell(&doubt);
    }
    match signals.number.load(Ordering::Relaxed) {
        0 if !report.schedule_kept => ExitCode::from(LATE),
        0 if !report.is_whole() => ExitCode::from(FAILED),
        0 => ExitCode::SUCCESS,
        signal => ExitCode::from(128 + u8::try_from(signal).unwrap_or(0)),
    }
}

fn print(report: &Report, plan: &Plan, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{report}")?;
        if report.unanswered > 0 && !report.interrupted {
            let grace = plan.grace;
            writeln!(
                out,
                "unanswered: {grace:?} after the last was due; see --grace"
            )?;
        }
    }
    out.flush()
}

fn refused(error: &load::Error, code: u8) -> ExitCode {
    tell(&format!("error: {}", shown(&error.to_string())));
    ExitCode::from(code)
}

/// Says it on standard error; where that can't be written, nobody can be told.
fn tell(line: &str) {
    _ = writeln!(io::stderr(), "{line}");
}

/// What the user wrote, so that it does nothing to a terminal.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii_graphic() || c == ' ' {
            true => shown.push(c),
            false => shown.extend(c.escape_debug()),
        }
    }
    shown
}

/// SIGINT and SIGTERM, of which the first ends the run and the second the process.
struct Signals {
    /// Becomes readable with the first signal.
    arrived: UnixStream,
    /// The last signal's number; 0 if none came.
    number: Arc<AtomicUsize>,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        let (arrived, handler) = UnixStream::pair()?;
        let number = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // What is registered first runs first: the first signal finds the flag unset.
            flag::register_conditional_shutdown(signal, 128 + signal, again.clone())?;
            flag::register(signal, again.clone())?;
            flag::register_usize(signal, number.clone(), signal as usize)?;
            low_level::pipe::register(signal, handler.try_clone()?)?;
        }
        Ok(Signals { arrived, number })
    }
}
