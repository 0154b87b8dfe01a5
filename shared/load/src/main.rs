//! The load generator as a program: offers load, and prints what was measured.
#![forbid(unsafe_code)]

mod arguments;

use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clap::Parser as _;
use load::{Plan, Report};
use printed_text::{print_json, tell};
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
            return match printed_text::print(&error.to_string()) {
                Ok(()) => ExitCode::SUCCESS,
                // A reader that has left is nothing to make noise about.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    ExitCode::FAILURE
                }
                Err(error) => {
                    tell(format_args!("error: standard output: {error}"));
                    ExitCode::FAILURE
                }
            };
        }
        Err(error) => {
            let text = error.to_string();
            // What a line announces stands in those below it.
            let lines = text.lines().take_while(|line| !line.is_empty());
            let lines: Vec<_> = lines.map(str::trim).collect();
            tell(format_args!("{}; --help says how", lines.join(" ")));
            return ExitCode::from(2);
        }
    };
    let plan = match args.plan() {
        Ok(plan) => plan,
        Err(error @ load::Error::Lookup { .. }) => return refused(&error, 1),
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
    signals.next_ends();
    if let Err(error) = print(&report, &plan, args.json) {
        // A reader that has left is nothing to make noise about.
        if error.kind() != io::ErrorKind::BrokenPipe {
            tell(format_args!("error: standard output: {error}"));
        }
        return ExitCode::FAILURE;
    }
    for doubt in report.doubts() {
        tell(doubt);
    }
    match signals.number.load(Ordering::Relaxed) {
        0 if !report.schedule_kept => ExitCode::from(LATE),
        0 if !report.is_whole() => ExitCode::from(FAILED),
        0 => ExitCode::SUCCESS,
        signal => ExitCode::from(128 + u8::try_from(signal).unwrap_or(0)),
    }
}

fn print(report: &Report, plan: &Plan, json: bool) -> io::Result<()> {
    if json {
        return print_json(&format!("{}\n", serde_json::to_string(report)?));
    }
    let mut text = format!("{report}\n");
    if report.unanswered > 0 && !report.interrupted {
        let grace = plan.grace;
        text += &format!("unanswered: {grace:?} after the last was due; see --grace\n");
    }
    printed_text::print(&text)
}

fn refused(error: &load::Error, code: u8) -> ExitCode {
    tell(format_args!("error: {error}"));
    ExitCode::from(code)
}

/// SIGINT and SIGTERM, of which the first ends the run and the second the process.
struct Signals {
    /// Becomes readable with the first signal.
    arrived: UnixStream,
    /// The last signal's number; 0 if none came.
    number: Arc<AtomicUsize>,
    /// Whether the next signal ends the process.
    again: Arc<AtomicBool>,
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
        Ok(Signals {
            arrived,
            number,
            again,
        })
    }

    /// Has the next signal end the process, which may print to a reader that takes nothing.
    fn next_ends(&self) {
        self.again.store(true, Ordering::SeqCst);
    }
}
