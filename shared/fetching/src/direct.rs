//! A job done once, here and with lasting results: the user's own URLs.
//!
//! A variant knows nothing of it. What it calls for every item ([`report`]) and the files
//! that it writes report to this module, which shows bars where standard error is a
//! terminal. In trials no run is set up, and nothing is shown.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use test_fixtures::{Class, Outcome, interrupt, local, shown, tell};

use crate::{bars::Bars, files};

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(20);

static RUN: Mutex<Option<Run>> = Mutex::new(None);

/// What became of an item that was done, with what a person wants to know as its text.
pub trait Landed: fmt::Display {
    /// Whether nothing was done, since the result stood already.
    fn is_kept(&self) -> bool;
}

impl Landed for files::File {
    fn is_kept(&self) -> bool {
        matches!(self, files::File::Kept { .. })
    }
}

/// What can be reported of the run so far.
struct Run {
    bars: Bars,
    items: usize,
    done: usize,
    kept: usize,
    failed: usize,
    /// Standard output can't be written any more.
    broken: Option<io::Error>,
}

/// What is reported of an item.
enum Line {
    /// For standard output.
    Result(String),
    /// For standard error.
    Failure(String),
}

/// Does a job of this many items on a thread of its own, and reports what becomes of it.
///
/// Returns false if an item failed, or a signal asked to end. After a signal the files
/// that are whole stay, the others are removed, and the thread is left to the end of the
/// process.
///
/// # Errors
/// The job as a whole failed, or standard output did.
pub fn run(
    items: usize,
    job: impl FnOnce() -> Result<()> + Send + 'static,
) -> Result<bool> {
    interrupt::listen()?;
    *lock() = Some(Run::new(items));
    let (sender, ended) = mpsc::channel();
    let thread = thread::Builder::new().name("job".to_owned());
    let thread = thread.spawn(move || {
        // The receiver is gone once the program is asked to end.
        drop(sender.send(job()));
    })?;
    let result = loop {
        match ended.recv_timeout(LOOK) {
            Ok(result) => break result,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                drop(thread.join());
                break Err(anyhow!("the job panicked"));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
        let is_broken = || lock().as_ref().is_some_and(|run| run.broken.is_some());
        if interrupt::received().is_some() || is_broken() {
            files::close();
            break Ok(());
        }
    };
    let run = lock().take().context("a run ends once")?;
    run.bars.clear();
    if let Some(error) = run.broken {
        return Err(error).context("standard output");
    }
    let left = items - run.done - run.kept - run.failed;
    if interrupt::received().is_some() {
        tell(format_args!(
            "interrupted: {}, {left} not done",
            run.counts()
        ));
        return Ok(false);
    }
    if let Err(error) = result {
        tell(format_args!("stopped: {}, {left} not done", run.counts()));
        return Err(error);
    }
    if items != 1 {
        tell(run.counts());
    }
    if run.kept > 0 {
        tell("what stood already was kept; --force replaces it where a URL has its name");
    }
    Ok(run.failed == 0 && left == 0)
}

/// Reports what became of the item of this URL: on standard output if it was done, on
/// standard error if not.
pub fn report<T: Landed>(url: &str, outcome: &Outcome<T>) {
    let (line, bars) = match lock().as_mut() {
        Some(run) if run.broken.is_none() => (run.count(url, outcome), run.bars.clone()),
        _ => return,
    };
    // Its reader may be slow, and a thread that looks at the run meanwhile must not wait.
    let written = line.write(&bars);
    bars.one_more();
    if let (Err(error), Some(run)) = (written, lock().as_mut()) {
        run.broken = Some(error);
    }
}

impl Run {
    fn new(items: usize) -> Self {
        Self {
            bars: Bars::show(items),
            items,
            done: 0,
            kept: 0,
            failed: 0,
            broken: None,
        }
    }

    /// Counts an item, and returns the line that reports it.
    fn count<T: Landed>(&mut self, url: &str, outcome: &Outcome<T>) -> Line {
        let why = match outcome {
            Outcome::Ok(landed) => {
                match landed.is_kept() {
                    true => self.kept += 1,
                    false => self.done += 1,
                }
                return Line::Result(landed.to_string());
            }
            Outcome::Failed(failure) => format!("{}: {}", failure.class, failure.why),
            Outcome::Panicked(message) => format!("panicked: {message}"),
            other => other.word().to_owned(),
        };
        self.failed += 1;
        let advice = advice(outcome).map(|advice| format!(" ({advice})"));
        let advice = advice.unwrap_or_default();
        Line::Failure(format!("failed {url}: {why}{advice}"))
    }

    /// "997 of 1000 done, 2 kept, 1 failed"
    fn counts(&self) -> String {
        let mut counts = format!("{} of {} done", self.done, self.items);
        for (count, word) in [(self.kept, "kept"), (self.failed, "failed")] {
            if count > 0 {
                counts += &format!(", {count} {word}");
            }
        }
        counts
    }
}

impl Line {
    fn write(&self, bars: &Bars) -> io::Result<()> {
        match self {
            Line::Failure(line) => {
                bars.suspend(|| tell(line));
                Ok(())
            }
            Line::Result(line) => {
                let line = shown(line);
                let line = local(&line);
                test_fixtures::ensure_output()?;
                let mut out = io::stdout().lock();
                let is_terminal = out.is_terminal();
                let mut write = || writeln!(out, "{line}").and_then(|()| out.flush());
                match is_terminal {
                    true => bars.suspend(write),
                    // Nothing that is shown has to make room for it, nor wait.
                    false => write(),
                }
            }
        }
    }
}

/// What to do about a failure, where that is known and its message doesn't contain it.
fn advice<T>(outcome: &Outcome<T>) -> Option<&'static str> {
    let failure = match outcome {
        Outcome::Failed(failure) => failure,
        Outcome::TimedOut => {
            return Some("raise --timeout, or a --deadline that was reached");
        }
        _ => return None,
    };
    match failure.class {
        // As `openssl req -x509` makes it; rustls has no word for it of its own.
        Class::Certificate if failure.why.contains("CaUsedAsEndEntity") => Some(
            "an authority is no server: give the server a certificate of its own, or make \
             this one with -addext basicConstraints=critical,CA:FALSE",
        ),
        Class::Certificate => Some("--cacert FILE names an authority to trust"),
        Class::Descriptors => Some("raise ulimit -n, or lower --workers"),
        Class::Refused => Some("see that a server listens there"),
        Class::Other if is_lookup(&failure.why) => {
            Some("see that the host's name is right")
        }
        _ => None,
    }
}

/// Whether a name was looked up in vain: the standard library keeps no more of that than
/// these words, and ureq a few of its own.
fn is_lookup(why: &str) -> bool {
    ["failed to lookup address information", "host not found"]
        .iter()
        .any(|words| why.contains(words))
}

fn lock() -> MutexGuard<'static, Option<Run>> {
    // Its counts are whole after every statement.
    RUN.lock().unwrap_or_else(PoisonError::into_inner)
}
