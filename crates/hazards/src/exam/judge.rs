//! The verdicts: whether a piece was bitten, from what was seen of it.

use std::{
    ops::RangeInclusive,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    Ended, Hazard, Job, Output, Record, Watched,
    hazards::{CAPACITY, CLIENTS, FITTING, TASKS},
    work::{
        peers::PEERS,
        record::{HANDLING, PERIOD},
        switches::{switches, too_many},
        turn::turn,
    },
};

/// How many increments no core can pass in a nanosecond: each waits for the one before it.
const INCREMENTS_A_NANOSECOND: u64 = 10;

/// What part of the time that an executor is blocked for its heart is late, at the least.
const NEARLY: f64 = 0.8;

/// What part of all clients is a storm if it comes in one moment, and how many moments the
/// pause has. With jitter a moment has about its fourth, and hardly ever twice that.
const STORM: f64 = 0.75;
const MOMENTS: u32 = 4;

/// What went wrong, in words, or nothing.
///
/// # Errors
/// Its result is neither the hazard's doing nor the right one.
pub(crate) fn bite(
    hazard: Hazard,
    job: &Job,
    watched: &Watched,
) -> Result<Option<String>> {
    let value = match &watched.ended {
        Ended::Failed(why) => bail!("{hazard} failed: {why}"),
        Ended::Hung(_) => {
            ensure!(hazard.hangs(), "{hazard} hung, which is not what it does");
            let (milliseconds, took) = (job.watchdog_ms, watched.nanos / 1_000_000);
            ensure!(
                took >= milliseconds,
                "{hazard} was ended after {took} ms, before its {milliseconds} ms were up"
            );
            return Ok(Some(format!("hung after {milliseconds} ms, killed")));
        }
        Ended::Done(value) => *value,
    };
    if hazard == Hazard::LostUpdate {
        let least = job.increments / INCREMENTS_A_NANOSECOND;
        ensure!(
            watched.nanos >= least,
            "{hazard} took {} ns, less than its increments could",
            watched.nanos
        );
    }
    let record = &watched.record;
    let whole = match whole(hazard, job) {
        Some(whole) => whole,
        None => return survived(value, record),
    };
    match hazard {
        Hazard::StarvedConnection => {
            let (hung_up, missing) = (record.hang_ups.len(), whole.checked_sub(value));
            ensure!(
                missing == Some(hung_up as u64),
                "{hazard}: {value} of {whole} were read, and {hung_up} hung up"
            );
        }
        Hazard::UnseenPanic => {
            let panics = record.panics.len();
            ensure!(panics == 1, "{hazard}: {panics} tasks panicked, not one");
        }
        _ => {}
    }
    match hazard {
        Hazard::LostUpdate
        | Hazard::CancelledRead
        | Hazard::CancelledSend
        | Hazard::StarvedConnection
        | Hazard::LaggingBroadcast
            if value < whole =>
        {
            let lost = whole - value;
            return Ok(Some(format!("lost {lost} of {whole}")));
        }
        Hazard::UnseenPanic if value + 1 == whole => {
            return Ok(Some("nobody saw a panic".to_owned()));
        }
        // Of a deadline that holds, frames are left.
        Hazard::StarvedDeadline | Hazard::BiasedSelect => {
            ensure!(
                value <= whole,
                "{hazard} resulted in {value}, more than {whole}"
            );
            return starved(hazard, job, watched, value);
        }
        _ => ensure!(value == whole, "{hazard} resulted in {value}, not {whole}"),
    }
    Ok(match hazard {
        Hazard::SharedBudget => {
            let late = Duration::from_nanos(answer_after(record)?);
            ensure_handled(hazard, record, value)?;
            let is_starved = late >= job.block().mul_f64(NEARLY);
            is_starved.then(|| format!("answer {} ms late", late.as_millis()))
        }
        Hazard::RetryStorm => {
            let retries = record.retries.len() as u64;
            ensure!(
                retries == whole,
                "{hazard}: {retries} of {whole} came again"
            );
            let at_once = at_once(job, record)?;
            let is_storm = at_once as f64 >= STORM * whole as f64;
            is_storm.then(|| format!("{at_once} of {whole} came at once"))
        }
        Hazard::BlockedExecutor => {
            let took = Duration::from_nanos(watched.nanos);
            ensure!(
                took >= job.block(),
                "{hazard} took {took:?}: it did not block"
            );
            ensure_blocked(job, &watched.record).context(hazard)?;
            late(job, watched)?
        }
        Hazard::Oversubscribed => too_many(job, watched.usage)
            .then(|| format!("{} switches", switches(watched.usage))),
        _ => None,
    })
}

/// The value of a piece that nothing went wrong in, if that is known.
pub(crate) fn whole(hazard: Hazard, job: &Job) -> Option<u64> {
    let workers = job.workers.get() as u64;
    Some(match hazard {
        Hazard::LostUpdate => job.increments_in_all(),
        // Two workers add one to each of two accounts.
        Hazard::TwoLocks => 4,
        Hazard::BlockedExecutor => workers,
        Hazard::GuardAcrossAwait => 2,
        Hazard::JoinUnderLock => workers * 4 * 2,
        Hazard::Oversubscribed => turns(job.tasks, job.turns),
        Hazard::LeakedSender => workers * job.messages,
        Hazard::CancelledRead => job.messages,
        Hazard::Futurelock => 3,
        Hazard::StarvedDeadline | Hazard::BiasedSelect | Hazard::SharedBudget => {
            job.frames()
        }
        Hazard::CancelledSend => FITTING + job.messages,
        Hazard::StarvedConnection => PEERS,
        Hazard::LaggingBroadcast => CAPACITY as u64 + job.messages,
        Hazard::PoolOfOne => job.messages,
        Hazard::UnseenPanic => TASKS,
        Hazard::RetryStorm => CLIENTS,
        // It is a process's number.
        Hazard::Grandchildren => return None,
    })
}

/// Whether the process with this number outlived the one that was killed.
///
/// # Errors
/// There is no such process, or another one was there still.
fn survived(child: u64, record: &Record) -> Result<Option<String>> {
    let hazard = Hazard::Grandchildren;
    ensure!(child > 1, "{hazard} resulted in {child}, no child's number");
    match record.survivors[..] {
        [] => Ok(None),
        [survivor] if survivor == child => {
            Ok(Some("the child's child runs on".to_owned()))
        }
        ref others => bail!("{hazard}: {others:?} run on, and not {child} alone"),
    }
}

/// Nanoseconds from the first frame to the answer.
pub(crate) fn answer_after(record: &Record) -> Result<u64> {
    let (start, _) = blocked(record).context("no frame was handled")?;
    let &[answer] = &record.beats[..] else {
        bail!("{} answers, not one", record.beats.len());
    };
    Ok(answer.saturating_sub(start))
}

/// How many clients came again in the busiest part of the pause.
pub(crate) fn at_once(job: &Job, record: &Record) -> Result<usize> {
    let retries = &record.retries;
    ensure!(retries.is_sorted(), "retries that go back in time");
    let moment = (job.handling() / MOMENTS).as_nanos() as u64;
    let from = |(index, first): (usize, &u64)| {
        let rest = retries[index..].iter();
        rest.take_while(|at| *at - first < moment).count()
    };
    Ok(retries.iter().enumerate().map(from).max().unwrap_or(0))
}

/// What all turns of all tasks come to. The last one is kept: all variants are held to it.
fn turns(tasks: usize, turns: u64) -> u64 {
    static LAST: Mutex<Option<((usize, u64), u64)>> = Mutex::new(None);
    // What a panic elsewhere could have left is either there or not.
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match *last {
        Some((known, sum)) if known == (tasks, turns) => sum,
        _ => {
            let all = |task| (0..turns).map(move |nth| turn(task, nth));
            let sum = (0..tasks).flat_map(all).fold(0, u64::wrapping_add);
            *last = Some(((tasks, turns), sum));
            sum
        }
    }
}

/// How late a deadline or a stop was, if that is nearly all of the time for which there was
/// more to handle: it was not checked before.
///
/// # Errors
/// Frames were left before the deadline, or were handled faster than they can be.
fn starved(
    hazard: Hazard,
    job: &Job,
    watched: &Watched,
    handled: u64,
) -> Result<Option<String>> {
    let (took, limit) = (Duration::from_nanos(watched.nanos), job.limit());
    ensure!(took >= limit, "{hazard} took {took:?}, less than {limit:?}");
    let busy = ensure_handled(hazard, &watched.record, handled)?;
    let is_starved = busy >= job.block().mul_f64(NEARLY);
    let late = took.saturating_sub(limit).as_millis();
    let what = match hazard {
        Hazard::BiasedSelect => "stop",
        _ => "deadline",
    };
    Ok(is_starved.then(|| format!("{what} {late} ms late")))
}

/// From the first frame to the last, which is no less than they take.
fn ensure_handled(hazard: Hazard, record: &Record, handled: u64) -> Result<Duration> {
    let (start, end) = blocked(record).unwrap_or_default();
    let busy = Duration::from_nanos(end.saturating_sub(start));
    let least = HANDLING * handled as u32;
    ensure!(
        busy >= least,
        "{hazard}: {handled} frames in {busy:?}, not {least:?}"
    );
    Ok(busy)
}

/// Makes sure that each worker blocked a thread, and that together they did for as long as
/// was asked for: at once, or on an executor of one thread one after the other.
fn ensure_blocked(job: &Job, record: &Record) -> Result<()> {
    let (blocks, workers) = (record.blocks.len(), job.workers);
    ensure!(
        blocks == workers.get(),
        "threads were blocked {blocks} times, not {workers}"
    );
    let (start, end) = blocked(record).unwrap_or_default();
    let took = Duration::from_nanos(end.saturating_sub(start));
    ensure!(
        took >= job.block(),
        "threads were blocked for {took:?}, not {:?}",
        job.block()
    );
    Ok(())
}

/// From when to when at least one thread was blocked, or was about to be again.
fn blocked(record: &Record) -> Option<(u64, u64)> {
    let start = record.blocks.iter().map(|(start, _)| *start).min()?;
    let end = record.blocks.iter().map(|(_, end)| *end).max()?;
    Some((start, end))
}

/// How late the heart's latest beat was, if that is nearly what the executor was blocked
/// for: less where its threads were not blocked from and to the same moment.
fn late(job: &Job, watched: &Watched) -> Result<Option<String>> {
    let late = lateness(watched)?;
    let is_blocked = late as f64 >= NEARLY * job.block().as_nanos() as f64;
    let milliseconds = late / 1_000_000;
    Ok(is_blocked.then(|| format!("heart {milliseconds} ms late")))
}

/// Nanoseconds by which the longest gap between two beats is longer than the period. A
/// heart that begins after the first block, or ends before the last has, was silent so long.
pub(crate) fn lateness(watched: &Watched) -> Result<u64> {
    let beats = &watched.record.beats;
    ensure!(beats.len() >= 2, "no heartbeat was recorded");
    ensure!(beats.is_sorted(), "heartbeats that go back in time");
    let gap = beats.windows(2).map(|pair| pair[1] - pair[0]).max();
    let (first, last) = (beats[0], beats[beats.len() - 1]);
    let silence = blocked(&watched.record).map(|(start, end)| {
        let before = first.saturating_sub(start);
        before.max(end.saturating_sub(last))
    });
    let gap = gap.max(silence);
    let period = PERIOD.as_nanos() as u64;
    Ok(gap.unwrap_or_default().saturating_sub(period))
}

/// What a piece can't have recorded in a trial that was there then: a time outside of it, a
/// length of more than all of it, more than a switch a nanosecond.
pub(crate) fn impossible(
    output: &Output,
    was_there: &RangeInclusive<u64>,
) -> Option<String> {
    let most = was_there.end() - was_there.start();
    let pieces = output.findings.iter().flat_map(|finding| {
        let pieces = [&finding.failing, &finding.cure];
        pieces.map(|piece| piece.as_ref().map(|watched| (finding.hazard, watched)))
    });
    pieces.flatten().find_map(|(hazard, watched)| {
        let Record {
            beats,
            blocks,
            hang_ups,
            retries,
            panics,
            survivors: _,
        } = &watched.record;
        let ends = blocks.iter().flat_map(|(start, end)| [start, end]);
        let times = [beats, hang_ups, retries, panics].into_iter().flatten();
        let outside = times.chain(ends).find(|at| !was_there.contains(at));
        let (nanos, switches) = (watched.nanos, switches(watched.usage));
        match outside {
            Some(at) => Some(format!("{at} ns in {hazard}")),
            None if nanos > most => Some(format!("{nanos} ns for {hazard}")),
            None if switches > most => Some(format!("{switches} switches in {hazard}")),
            None => None,
        }
    })
}
