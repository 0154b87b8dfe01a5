//! The watchdog: each piece runs in a process of its own, and one that hangs is killed.
//!
//! To hang is not to be slow. A piece hangs if its time is up, all its threads are asleep,
//! and none of them has run for a while: then no thread is left that could wake the others.

use std::{
    io::{self, Read, Write},
    process::{Child, ChildStdout, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use test_fixtures::{
    Span, Usage, monotonic_nanos, record_span, wait_for, worker_command,
};

use super::{
    messages::{Request, Said},
    stillness::Stillness,
    switches::too_many,
};
use crate::{Ended, Finding, Hazard, Job, Kind, Output, Record, Watched, hazards};

/// How often it looks.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 10_000_000,
};
/// For how long no thread of a piece that hangs has run.
const STILL: Duration = Duration::from_millis(100);
/// What was perhaps disturbed is tried over and over for so long.
const TRYING: Duration = Duration::from_secs(3);
/// A piece that is still at work after so long is killed, too: before the trial's own time
/// is up, so that there is a line that says so. A thread that spins is never asleep, as
/// async-std's are where no further thread can be started.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs the pieces that the job asks for on this runtime, one after the other.
pub(crate) fn run(job: &Job, runtime: &str) -> Result<Output> {
    let mut findings = Vec::new();
    for &hazard in &job.hazards {
        let mut finding = Finding {
            hazard,
            spared: None,
            failing: None,
            cure: None,
        };
        if let Some(why) = hazards::spared(runtime, hazard) {
            finding.spared = Some(why.to_owned());
            findings.push(finding);
            continue;
        }
        for &kind in &job.pieces {
            let watched = until_undisturbed(job, runtime, hazard, kind)
                .with_context(|| format!("{hazard}, {kind}"))?;
            let watched = Some(watched);
            match kind {
                Kind::Failing => finding.failing = watched,
                Kind::Cure => finding.cure = watched,
            }
        }
        findings.push(finding);
    }
    Ok(Output { findings })
}

/// Runs one piece; a cure that switched far too often once more, and once more, for a while:
/// other programs that wake take a thread's core, too, and that is counted as a switch.
fn until_undisturbed(
    job: &Job,
    runtime: &str,
    hazard: Hazard,
    kind: Kind,
) -> Result<Watched> {
    let started = Instant::now();
    let mut attempts = 0;
    loop {
        let mut watched = watch(job, runtime, hazard, kind)?;
        attempts += watched.attempts;
        watched.attempts = attempts;
        let is_disturbed = hazard == Hazard::Oversubscribed
            && kind == Kind::Cure
            && matches!(watched.ended, Ended::Done(_))
            && too_many(job, watched.usage);
        if !is_disturbed || started.elapsed() >= TRYING {
            return Ok(watched);
        }
    }
}

/// Runs one piece to its end, whichever that is.
fn watch(job: &Job, runtime: &str, hazard: Hazard, kind: Kind) -> Result<Watched> {
    let request = Request {
        runtime: runtime.to_owned(),
        hazard,
        kind,
        job: job.clone(),
    };
    let start = monotonic_nanos();
    let mut piece = Watching::start(&request)?;
    let watched = piece.until_it_ends(job)?;
    let is_hung = matches!(watched.ended, Ended::Hung(_));
    record_span(|| Span {
        task: hazard.name(),
        lane: kind.to_string(),
        start,
        end: monotonic_nanos(),
        note: is_hung.then(|| "hung".to_owned()),
    });
    Ok(watched)
}

/// A piece's process. It is killed and waited for whatever happens.
struct Watching {
    child: Child,
    stdout: ChildStdout,
    /// What it has said and was not yet read as lines.
    said: Vec<u8>,
    attempts: u32,
    /// When its last attempt began.
    begun: Instant,
    stillness: Stillness,
    /// Whether it was waited for.
    is_gone: bool,
}

impl Watching {
    fn start(request: &Request) -> Result<Self> {
        let mut child = worker_command()?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("can't start a piece's process")?;
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let watching = Self {
            stillness: Stillness::new(),
            child,
            stdout,
            said: Vec::new(),
            attempts: 0,
            begun: Instant::now(),
            is_gone: false,
        };
        let json = serde_json::to_vec(request).context("a request has string keys")?;
        stdin.write_all(&json).context("the piece's input")?;
        Ok(watching)
    }

    fn until_it_ends(&mut self, job: &Job) -> Result<Watched> {
        let limit = job.watchdog();
        loop {
            if let Some(said) = self.listen()? {
                return self.watched(said);
            }
            let elapsed = self.begun.elapsed();
            let still = self.stillness.lasts(self.child.id());
            if let Some((asleep, still)) = still
                && self.attempts > 0
                && elapsed >= limit
                && still >= STILL
            {
                return self.watched(Said::Ended {
                    ended: Ended::Hung(asleep),
                    nanos: elapsed.as_nanos() as u64,
                    record: Record::default(),
                    spans: Vec::new(),
                });
            }
            if elapsed >= limit.max(PATIENCE) {
                bail!(
                    "still at work after {elapsed:.0?}, and killed: ask for less of it, or for \
                     a longer --watchdog"
                );
            }
        }
    }

    /// Waits a little for what it has to say; returns its last words once they are there.
    fn listen(&mut self) -> Result<Option<Said>> {
        let mut stdout = [PollFd::new(&self.stdout, PollFlags::IN)];
        match poll(&mut stdout, Some(&LOOK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
        let mut buffer = [0; 64 * 1024];
        let count = self.stdout.read(&mut buffer)?;
        if count == 0 {
            bail!("a piece's process ended without a word");
        }
        self.said.extend_from_slice(&buffer[..count]);
        while let Some(end) = self.said.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.said.drain(..=end).collect();
            match serde_json::from_slice(&line).context("a piece's words")? {
                Said::Begun => {
                    self.attempts += 1;
                    self.begun = Instant::now();
                }
                ended @ Said::Ended { .. } => return Ok(Some(ended)),
            }
        }
        Ok(None)
    }

    /// Ends it, and puts together its result.
    fn watched(&mut self, said: Said) -> Result<Watched> {
        let usage = self.end()?;
        let Said::Ended {
            ended,
            nanos,
            record,
            spans,
        } = said
        else {
            unreachable!("only its last words end a piece");
        };
        spans.into_iter().for_each(|span| record_span(|| span));
        Ok(Watched {
            ended,
            attempts: self.attempts,
            nanos,
            usage,
            record,
        })
    }

    /// Kills it, which what has said its last words can bear, and waits for it.
    fn end(&mut self) -> Result<Usage> {
        self.child.kill()?;
        let (_, usage) = wait_for(&self.child)?;
        // Its number may be another's from here on.
        self.is_gone = true;
        Ok(usage)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if !self.is_gone {
            // The first error is reported already; a failure to end it adds nothing.
            let _ = self.end();
        }
    }
}
