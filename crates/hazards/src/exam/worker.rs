//! A piece's process: the same executable, which does one piece and reports its result.

use std::{
    env,
    io::{self, Write},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use test_fixtures::{Held, WARM, end_with_pool, settle, wait_for_stillness};

use super::judge;
use crate::{
    Ended, Hazard, Job, Kind, Watched,
    hazards::{self, Piece},
    work::{
        messages::{Request, Said},
        record::take_record,
        survivors::{adopt, survives},
    },
};

/// What is not certain to go wrong is tried over and over for so long.
const TRYING: Duration = Duration::from_secs(3);

/// Does the piece that is asked for on standard input: once, or until it comes out as it
/// should.
pub(crate) fn serve() -> Result<()> {
    end_with_pool()?;
    let request: Request =
        serde_json::from_reader(io::stdin().lock()).context("standard input")?;
    let Request { hazard, job, .. } = &request;
    let piece = hazards::on(&request.runtime, *hazard)
        .with_context(|| format!("{} is spared {hazard}", request.runtime))?;
    if *hazard == Hazard::Grandchildren {
        adopt().context("can't adopt a child's children")?;
    }
    let started = Instant::now();
    for attempt in 1.. {
        say(&Said::Begun)?;
        let clock = Instant::now();
        let value = piece.run(request.kind, job);
        let nanos = clock.elapsed().as_nanos() as u64;
        let mut record = take_record();
        if let (Hazard::Grandchildren, Ok(child)) = (hazard, &value)
            && survives(*child, patience(request.kind))
        {
            record.survivors.push(*child);
        }
        let watched = Watched {
            ended: match value {
                Ok(value) => Ended::Done(value),
                Err(error) => Ended::Failed(format!("{error:#}")),
            },
            attempts: attempt,
            nanos,
            usage: Default::default(),
            record,
        };
        let goes_on = started.elapsed() < TRYING && is_worth_another(&request, &watched);
        if !goes_on {
            let kept = match request.kind {
                Kind::Cure if env::var_os(WARM).is_some() => {
                    leaks_nothing(*hazard, piece, job)
                }
                _ => Ok(()),
            };
            return say(&Said::Ended {
                ended: match kept {
                    Ok(()) => watched.ended,
                    Err(error) => Ended::Failed(format!("{error:#}")),
                },
                nanos,
                record: watched.record,
                spans: test_fixtures::take_spans(),
            });
        }
    }
    Ok(())
}

/// Whether it is worth another attempt: a failing piece with the right result, or a cure
/// that was judged by the clock, since it may have been late for want of a core. Switches are
/// counted from outside, when all is over, and the watchdog looks at them.
fn is_worth_another(request: &Request, watched: &Watched) -> bool {
    let Request { hazard, job, .. } = request;
    // Judging takes as long as some pieces, and is on their clock here: only where it counts.
    let bite = || judge::bite(*hazard, job, watched);
    match request.kind {
        Kind::Failing => *hazard != Hazard::Oversubscribed && matches!(bite(), Ok(None)),
        Kind::Cure => hazard.is_timed() && matches!(bite(), Ok(Some(_))),
    }
}

/// How long a process is waited for that should have been killed. A cure has killed it, and
/// on a busy machine it is a while before it has a core to end on.
fn patience(kind: Kind) -> Duration {
    match kind {
        Kind::Failing => Duration::from_millis(20),
        Kind::Cure => Duration::from_secs(1),
    }
}

/// Does a cure once more, and makes sure that it leaves no more than it did before; what a
/// runtime keeps for the process is there by then.
///
/// # Errors
/// There are more threads or descriptors than there were, or `/proc` can't be read.
fn leaks_nothing(hazard: Hazard, piece: &Piece, job: &Job) -> Result<()> {
    wait_for_stillness();
    let before = Held::now()?;
    let value = piece.run(Kind::Cure, job)?;
    if hazard == Hazard::Grandchildren {
        survives(value, patience(Kind::Cure));
    }
    let after = settle(before)?;
    for (what, before, after) in [
        ("threads", before.threads, after.threads),
        ("descriptors", before.descriptors, after.descriptors),
    ] {
        ensure!(
            after <= before,
            "{before} {what} before it, {after} after it"
        );
    }
    Ok(())
}

fn say(said: &Said) -> Result<()> {
    let mut line = serde_json::to_vec(said)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush().context("standard output")
}
