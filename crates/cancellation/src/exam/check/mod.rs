//! The check: no task is stopped early or late, none is reported as done that is not, and
//! no work is counted after the deadline.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use test_fixtures::{Facts, Outcome};

use super::{Stage, latency::Latencies, milliseconds};
use crate::{
    Job, Output, Work,
    work::{Ended, Entry, Phase},
};

mod clock;
mod fetched;

/// How late a stop may be, whatever the deadline.
const LATE: u64 = 50_000_000;
/// A stop that is so much later has no busy machine to blame: a time, and one more for each
/// task that the machine is busy with.
const CERTAIN: u64 = 3_000_000_000;
const CERTAIN_A_TASK: u64 = 100_000;
/// The jobs of which start and end are worth telling, and those that are so large that what
/// grows is the tasks.
const MANY: usize = 500;
const VERY_MANY: usize = 10_000;

/// The deadline of one trial, in nanoseconds of the system's monotonic clock.
#[derive(Clone, Copy, Debug)]
struct Deadline {
    /// When it fell.
    fell: u64,
    /// From when on it could be obeyed: not before the last task was made.
    due: u64,
    /// When a task must have been stopped.
    late: u64,
}

impl Deadline {
    fn of(job: &Job, output: &Output) -> Self {
        let fell = output
            .started_ns
            .saturating_add(job.deadline_us.saturating_mul(1000));
        let spawned = output
            .started_ns
            .saturating_add(output.spawned_us.saturating_mul(1000));
        let due = fell.max(spawned);
        // What is between two looks can't be stopped.
        let piece = match job.work {
            Work::Cpu | Work::Blocking => job.piece().as_nanos() as u64,
            Work::Sleep | Work::Fetch | Work::Process => 0,
        };
        let allowed = LATE.max(job.deadline_us.saturating_mul(200));
        // What has taken long to start may take long to stop.
        let many = output.spawned_us.saturating_mul(2000);
        let late = [allowed, piece, many]
            .into_iter()
            .fold(due, u64::saturating_add);
        Self { fell, due, late }
    }

    /// How long after it something happened.
    fn after(&self, nanos: u64) -> u64 {
        nanos.saturating_sub(self.due)
    }
}

pub(crate) fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
    let tasks: Vec<Ended> = output.tasks.iter().collect();
    ensure!(
        tasks.len() == job.tasks,
        "{} outcomes of {} tasks",
        tasks.len(),
        job.tasks
    );
    clock::is_true(stage.stood_ns(), output, &tasks)?;
    let deadline = Deadline::of(job, output);
    let entries = stage.entries()?;
    for (index, ended) in tasks.iter().enumerate() {
        let context = || format!("task {index}");
        let may_panic = can_panic(stage, job, index);
        one(job, may_panic, ended).with_context(context)?;
        let began = ended.phase != Phase::Queued;
        let panicked = matches!(ended.outcome, Outcome::Panicked(_));
        ensure!(
            panicked || !panics(job, index) || !began,
            "task {index} began, and did not panic"
        );
        if let (Some(path), Work::Fetch) = (stage.paths().get(index), job.work) {
            fetched::one(path, ended).with_context(context)?;
        }
    }
    done(job, &tasks, &entries)?;

    let outcomes: Vec<_> = tasks.iter().map(|ended| ended.outcome.clone()).collect();
    // Each is to be seen to its end: done before the deadline, or stopped by it.
    let ended =
        |outcome: &&Outcome<_>| matches!(outcome, Outcome::Ok(_) | Outcome::Cancelled);
    let ended = outcomes.iter().filter(ended).count();
    let mut facts = Facts::new().outcomes(&outcomes).done(ended, job.tasks);
    if let Some(phases) = phases(&tasks) {
        facts = facts.text("stopped while", phases);
    }
    let (stops, after) = match (stage.origin(), stage.watch()) {
        (Some(origin), _) => {
            let seen = fetched::seen(origin, &deadline)?;
            facts = fetched::phases(facts, &tasks, &seen);
            // The origin knows nothing of tasks that had sent no request.
            let unseen = stopped(output, &tasks, |phase| phase < Phase::ReadingHead);
            let mut stops = seen.hung_up;
            stops.extend(unseen);
            (stops, seen.after)
        }
        (None, Some(watch)) => {
            let gone = watch.gone();
            let mut ends = Vec::new();
            for (process, gone) in gone {
                ends.push(
                    gone.with_context(|| format!("process {process} is still there"))?,
                );
            }
            ends.retain(|end| *end > deadline.fell);
            (ends, after(&entries, &deadline))
        }
        (None, None) => (
            stopped(output, &tasks, |_| true),
            after(&entries, &deadline),
        ),
    };
    facts = latencies(facts, &deadline, &stops, &after);
    facts = ran_on(facts, job, output, &tasks, &deadline);
    let last = stops.iter().chain(&after).max().copied().unwrap_or(0);
    if last > deadline.late && !job.never_looks() {
        let after = deadline.after(last);
        let why = format!(
            "something went on for {:.0} ms after the deadline",
            milliseconds(after)
        );
        let certain = CERTAIN + CERTAIN_A_TASK * job.tasks as u64;
        facts = facts.breach_if("stopped_in_time", why, after > certain);
    }
    Ok(of_many(facts, job, output, &deadline))
}

/// One task alone: it was not stopped early, and has not ended sooner than it could.
fn one(job: &Job, may_panic: bool, ended: &Ended) -> Result<()> {
    let at = ended.at_us;
    match &ended.outcome {
        Outcome::Cancelled => ensure!(
            at >= job.deadline_us,
            "stopped after {at} us, before the deadline"
        ),
        Outcome::Ok(_) => {
            ensure!(at >= job.length_us, "done after {at} us, before its end")
        }
        Outcome::Panicked(why) => {
            ensure!(may_panic, "panicked, and was not asked to: {why}");
        }
        Outcome::Failed(failure) => ensure!(
            job.work == Work::Fetch,
            "failed, {}: {}",
            failure.class,
            failure.why
        ),
        other => bail!("{} is no outcome of this model", other.word()),
    }
    let began = ended.phase != Phase::Queued;
    let is_stopped = matches!(ended.outcome, Outcome::Cancelled);
    ensure!(began || is_stopped, "it has ended, and never began");
    Ok(())
}

/// Whether the code of a task may panic: it was asked to, or its answer comes from an
/// unknown server, since surf panics at some answers.
fn can_panic(stage: &Stage, job: &Job, index: usize) -> bool {
    let asks = |url: &String| url.contains("/note/panic");
    let is_unknown = job.work == Work::Fetch && stage.paths().is_empty();
    panics(job, index) || job.urls.get(index).is_some_and(asks) || is_unknown
}

/// Whether the code of a task must panic once it begins.
fn panics(job: &Job, index: usize) -> bool {
    job.panic && index == 0
}

/// Each task that is reported as done has done all its pieces.
fn done(job: &Job, tasks: &[Ended], entries: &[Entry]) -> Result<()> {
    let least = match job.work {
        Work::Cpu | Work::Blocking => job.pieces.get(),
        Work::Sleep | Work::Process => 1,
        Work::Fetch => return Ok(()),
    };
    let mut noted = vec![0; tasks.len()];
    for entry in entries {
        let count = noted.get_mut(entry.task);
        *count.with_context(|| format!("the journal has a task {}", entry.task))? += 1;
    }
    for (index, (ended, noted)) in tasks.iter().zip(noted).enumerate() {
        ensure!(
            ended.outcome.ok().is_none() || noted >= least,
            "task {index} is said to be done, and of {least} pieces {noted} were"
        );
    }
    Ok(())
}

/// In which phase how many were stopped: "working 4, queued 1".
fn phases(tasks: &[Ended]) -> Option<String> {
    let mut counts = std::collections::BTreeMap::<Phase, usize>::new();
    let stopped = tasks.iter().filter(|ended| is_stopped(ended));
    for ended in stopped {
        *counts.entry(ended.phase).or_default() += 1;
    }
    let words: Vec<_> = counts
        .into_iter()
        .map(|(phase, count)| format!("{phase} {count}"))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn is_stopped(ended: &Ended) -> bool {
    matches!(ended.outcome, Outcome::Cancelled)
}

/// When each task was stopped that was in such a phase, by its own mark.
fn stopped(output: &Output, tasks: &[Ended], such: fn(Phase) -> bool) -> Vec<u64> {
    let stopped = tasks.iter().filter(|ended| is_stopped(ended));
    stopped
        .filter(|ended| such(ended.phase))
        .map(|ended| output.started_ns + ended.at_us * 1000)
        .collect()
}

/// The pieces of work that were done after the deadline.
fn after(entries: &[Entry], deadline: &Deadline) -> Vec<u64> {
    let times = entries.iter().map(|entry| entry.nanos);
    times.filter(|nanos| *nanos > deadline.due).collect()
}

fn latencies(facts: Facts, deadline: &Deadline, stops: &[u64], after: &[u64]) -> Facts {
    let all = Latencies::new(stops.iter().map(|stop| deadline.after(*stop)));
    let (Some(half), Some(most)) = (all.percentile(50), all.most()) else {
        return facts.count("work after the deadline", after.len() as u64);
    };
    let nearly_all = all.percentile(99).unwrap_or(most);
    facts
        .number("ms to stop (p50)", milliseconds(half))
        .number("ms to stop (p99)", milliseconds(nearly_all))
        .number("ms to stop (most)", milliseconds(most))
        .count("work after the deadline", after.len() as u64)
}

/// Those that went on past the deadline because they never looked, and for how long.
fn ran_on(
    facts: Facts,
    job: &Job,
    output: &Output,
    tasks: &[Ended],
    deadline: &Deadline,
) -> Facts {
    let begun = tasks.iter().filter(|ended| ended.phase != Phase::Queued);
    let late = begun.map(|ended| deadline.after(output.started_ns + ended.at_us * 1000));
    let late: Vec<_> = late.filter(|late| *late > LATE).collect();
    let (Some(most), true) = (late.iter().max(), job.never_looks()) else {
        return facts;
    };
    facts
        .count_of("ran past the deadline", late.len() as u64, job.tasks as u64)
        .number("ms past the deadline", milliseconds(*most))
}

fn of_many(facts: Facts, job: &Job, output: &Output, deadline: &Deadline) -> Facts {
    if job.tasks < MANY {
        return facts;
    }
    let ended = output.started_ns + output.ended_us * 1000;
    let start = Duration::from_micros(output.spawned_us);
    let facts = facts
        .number("ms to start", start.as_secs_f64() * 1e3)
        .number("ms to cancel", milliseconds(deadline.after(ended)));
    match output.memory {
        Some(memory) if job.tasks >= VERY_MANY => {
            let grown = memory.peak.saturating_sub(memory.before);
            facts.count("bytes a task", grown / job.tasks as u64)
        }
        _ => facts,
    }
}
