//! The check: nothing was lost, nothing was counted twice, a half-done increment does not
//! pass in silence, and no reader saw a count that was over or not yet.

use anyhow::{Result, bail, ensure};
use test_fixtures::{Facts, Outcome};

use crate::{Job, Output, Reads};

pub(crate) fn check(job: &Job, output: &Output) -> Result<Facts> {
    let Output {
        counter, poisoned, ..
    } = output;
    let total = job.total();
    outcomes(job, output)?;
    count(job, output)?;
    let order = order(job, output)?;
    let reads = reads(job, output)?;

    let facts = Facts::new()
        .count_of("count", counter.left, total)
        .outcomes(&output.outcomes);
    let facts = match job.reads {
        0 => facts,
        _ => facts.count_of("reads", reads, job.total_reads()),
    };
    let facts = match order.first() {
        Some(&first) => facts.count_of("first worker done at", first, total),
        None => facts,
    };
    Ok(match (counter.is_whole(), poisoned) {
        (_, true) => facts.text("lock", "poisoned"),
        (true, false) => facts,
        (false, false) => facts.breach(
            "panic_while_holding",
            format!(
                "{} increments entered, {} left, and nothing says so",
                counter.entered, counter.left
            ),
        ),
    })
}

/// Each worker has the one outcome that it must have.
fn outcomes(job: &Job, output: &Output) -> Result<()> {
    ensure!(
        output.outcomes.len() == job.workers.get(),
        "{} outcomes of {} workers",
        output.outcomes.len(),
        job.workers
    );
    ensure!(
        job.panics() || (output.counter.is_whole() && !output.poisoned),
        "half-done or poisoned without a panic: {:?}",
        output.counter
    );
    for (worker, outcome) in output.outcomes.iter().enumerate() {
        match (worker, outcome) {
            (0, Outcome::Panicked(_)) if job.panics() => {}
            (0, _) if job.panics() => bail!("worker 0 did not panic"),
            (_, Outcome::Ok(_)) => {}
            (_, Outcome::Failed(failure))
                if output.poisoned && failure.why.contains("poison") => {}
            (_, other) => bail!("worker {worker} {}: {other:?}", other.word()),
        }
    }
    Ok(())
}

/// The count is that of the workers that were done, and of the others what they had done:
/// all of it where the counter is shared, nothing where a worker's own part went with it.
fn count(job: &Job, output: &Output) -> Result<()> {
    let left = output.counter.left;
    let done = output.outcomes.iter().filter(|o| o.ok().is_some()).count() as u64;
    let failed = output
        .outcomes
        .iter()
        .filter(|o| o.word() == "failed")
        .count();
    let done = done * job.increments;
    let right = match job.panics() {
        false => left == done,
        true if failed == 0 => left == done || left == done + job.increments / 2,
        true => (done..job.total()).contains(&left),
    };
    ensure!(right, "count {left}, where {} was asked for", job.total());
    Ok(())
}

/// The counts at which workers were done, in order; none if increments have no order.
fn order(job: &Job, output: &Output) -> Result<Vec<u64>> {
    let done = output.outcomes.iter().filter_map(Outcome::ok);
    let mut order: Vec<u64> = done.copied().flatten().collect();
    order.sort_unstable();
    let seen = order.len();
    order.dedup();
    ensure!(
        seen == order.len(),
        "two workers were done at the same count"
    );
    let (Some(&first), Some(&last)) = (order.first(), order.last()) else {
        return Ok(order);
    };
    ensure!(
        first >= job.increments && last <= output.counter.left,
        "a worker was done at {first} or {last} of {} increments",
        output.counter.left
    );
    ensure!(
        job.panics() || (seen == job.workers.get() && last == job.total()),
        "the last of {seen} workers was done at {last}"
    );
    Ok(order)
}

/// How often the counter was read: by each worker as often as it should, and never less
/// than it had seen before, nor more than there was.
fn reads(job: &Job, output: &Output) -> Result<u64> {
    if job.reads == 0 {
        ensure!(output.reads.is_empty(), "reads, where none was asked for");
        return Ok(0);
    }
    ensure!(
        output.reads.len() == job.workers.get(),
        "{} workers read, of {}",
        output.reads.len(),
        job.workers
    );
    for (worker, (reads, outcome)) in
        output.reads.iter().zip(&output.outcomes).enumerate()
    {
        let Reads {
            done,
            last,
            back,
            half_done,
        } = *reads;
        // A worker reads first: one that panicked had read for its own last increment, too.
        let all = job.increments * job.reads;
        let right = match outcome {
            Outcome::Ok(_) => done == all,
            Outcome::Panicked(_) => done == (job.increments / 2 + 1) * job.reads,
            _ => done <= all,
        };
        ensure!(
            right,
            "worker {worker} {} and read {done} times of {all}",
            outcome.word()
        );
        ensure!(
            back == 0,
            "worker {worker} saw the count go back {back} times"
        );
        ensure!(
            half_done == 0 || !(output.counter.is_whole() || output.poisoned),
            "worker {worker} saw a half-done increment {half_done} times"
        );
        ensure!(
            last <= output.counter.left || job.panics(),
            "worker {worker} read {last} of {}",
            output.counter.left
        );
        // Its own increments but the last were before its last read, and that one after it.
        if let Some(count) = outcome.ok().filter(|_| done > 0) {
            let most = count.unwrap_or(job.total());
            ensure!(
                (job.increments - 1..most).contains(&last),
                "worker {worker} read {last} before its last increment, the {most}th"
            );
        }
    }
    Ok(output.reads.iter().map(|reads| reads.done).sum())
}

#[cfg(test)]
mod tests;
