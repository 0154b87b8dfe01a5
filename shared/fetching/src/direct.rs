//! A job done once, here and for good: the user's own URLs, whose results stay.
//!
//! A variant knows nothing of it. What it calls for every item ([`report`]) and the files
//! that it writes tell this module, which shows bars where standard error is a terminal.
//! In trials nobody asks, and nothing is shown.

use std::{
    fmt, io,
    io::Write,
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use indicatif::ProgressBar;
use test_fixtures::{Outcome, interrupt, tell};

use crate::files::{self, Name, shown};

mod bars;

use bars::Bars;

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

/// What there is to say of the run so far.
struct Run {
    bars: Bars,
    items: usize,
    done: usize,
    kept: usize,
    failed: usize,
    /// Standard output can't be written any more.
    broken: Option<io::Error>,
}

/// Does a job of so many items on a thread of its own, and tells what becomes of it. False
/// if an item failed, or a signal asked to end: then the files that are whole stay, the
/// others go, and the thread is left to the end of the process.
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
        // Nobody waits for it any more once the program is asked to end.
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
        let is_broken = lock().as_ref().is_some_and(|run| run.broken.is_some());
        if is_broken || interrupt::received().is_some() {
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
        tell("what stood already was kept; --force replaces it");
    }
    Ok(run.failed == 0 && left == 0)
}

/// Tells what became of the item of this URL: on standard output if it was done, on
/// standard error if not.
pub fn report<T: Landed>(url: &str, outcome: &Outcome<T>) {
    if let Some(run) = lock().as_mut() {
        run.report(url, outcome);
    }
}

/// A bar for a file that is being written, if bars are shown.
pub(crate) fn bar(name: &Name, length: Option<u64>) -> Option<ProgressBar> {
    let run = lock();
    run.as_ref().and_then(|run| run.bars.add(name, length))
}

impl Run {
    fn new(items: usize) -> Self {
        Self {
            bars: Bars::new(items),
            items,
            done: 0,
            kept: 0,
            failed: 0,
            broken: None,
        }
    }

    fn report<T: Landed>(&mut self, url: &str, outcome: &Outcome<T>) {
        let why = match outcome {
            Outcome::Ok(landed) => {
                match landed.is_kept() {
                    true => self.kept += 1,
                    false => self.done += 1,
                }
                self.print(&landed.to_string());
                None
            }
            Outcome::Failed(failure) => {
                Some(format!("{}: {}", failure.class, failure.why))
            }
            Outcome::Panicked(message) => Some(format!("panicked: {message}")),
            other => Some(other.word().to_owned()),
        };
        if let Some(why) = why {
            self.failed += 1;
            let line = shown(&format!("failed {url}: {why}"));
            self.bars.suspend(|| tell(line));
        }
        self.bars.one_more();
    }

    fn print(&mut self, line: &str) {
        if self.broken.is_some() {
            return;
        }
        let written = self.bars.suspend(|| {
            let mut out = io::stdout().lock();
            writeln!(out, "{line}").and_then(|()| out.flush())
        });
        self.broken = written.err();
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

fn lock() -> MutexGuard<'static, Option<Run>> {
    // Its counts are whole after every statement.
    RUN.lock().unwrap_or_else(PoisonError::into_inner)
}
