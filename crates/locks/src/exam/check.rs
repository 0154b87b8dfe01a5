//! The check: nothing was lost, nothing was counted twice, and a half-done increment does
//! not pass in silence.

use anyhow::{Result, bail, ensure};
use test_fixtures::{Facts, Outcome};

use crate::{Job, Output};

pub(crate) fn check(job: &Job, output: &Output) -> Result<Facts> {
    let Output {
        counter, poisoned, ..
    } = output;
    let total = job.total();
    outcomes(job, output)?;
    count(job, output)?;
    let order = order(job, output)?;

    let facts = Facts::new()
        .count_of("count", counter.left, total)
        .outcomes(&output.outcomes);
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
