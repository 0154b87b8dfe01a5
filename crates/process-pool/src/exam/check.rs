//! The check: counts by another method, and what each fault must have come to.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Result, bail, ensure};
use test_fixtures::{Facts, Outcome, limits};

use crate::{Count, FaultKind, Job, Output, parts::session::ATTEMPTS, work::BALLAST};

/// A deadline shorter than this is one that honest work may miss.
const SHORT_MS: u64 = 10_000;

/// Holds the output against the oracle, item by item.
pub(crate) fn check(job: &Job, output: &Output) -> Result<Facts> {
    let (items, ranges) = (output.outcomes.len(), job.ranges);
    ensure!(items == ranges, "{items} outcomes for {ranges} ranges");
    let expected = expected(job);
    let mut facts = Facts::new().outcomes(&output.outcomes);
    let (mut primes, mut retries, mut pids) = (0, 0, HashSet::new());
    for (index, outcome) in output.outcomes.iter().enumerate() {
        let tried = match outcome {
            Outcome::Ok(count) => {
                check_count(job, index, count, expected[index])?;
                ensure!(count.attempt > 0, "task {index}: attempts count from 1");
                primes += count.primes;
                pids.insert(count.pid);
                count.attempt
            }
            Outcome::WorkerLost => ATTEMPTS,
            _ => 1,
        };
        retries += u64::from(tried.saturating_sub(1));
        match due(job, index) {
            Due::Ok if outcome.ok().is_some() => {
                let by_accident = job.faults.is_empty() && tried <= ATTEMPTS;
                ensure!(
                    tried == 1 || by_accident,
                    "task {index}: tried {tried} times"
                );
            }
            Due::Ok if *outcome == Outcome::TimedOut && job.timeout_ms < SHORT_MS => {}
            Due::Again(case) if outcome.ok().is_some() => {
                if tried != 2 {
                    let why = format!("task {index} was tried {tried} times, not twice");
                    facts = facts.breach(case, why);
                }
            }
            Due::Panicked if matches!(outcome, Outcome::Panicked(_)) => {}
            Due::TimedOut if *outcome == Outcome::TimedOut => {}
            Due::Lost if *outcome == Outcome::WorkerLost => {}
            // A limit that ends a worker ends each one that tries the task again.
            Due::Ok if *outcome == Outcome::WorkerLost => {
                bail!(
                    "task {index}: {}, not Ok{}",
                    outcome.word(),
                    limits::under()
                )
            }
            due => bail!("task {index}: {}, not {due:?}", outcome.word()),
        }
    }
    if !job.noop {
        facts = facts.count("primes", primes);
    }
    facts = facts.count("worker processes", pids.len() as u64);
    if retries > 0 {
        facts = facts.count("retries", retries);
    }
    Ok(facts)
}

fn check_count(job: &Job, index: usize, count: &Count, expected: u64) -> Result<()> {
    let range = job.range(index);
    ensure!(
        (count.from..count.until) == range,
        "item {index} is {}..{}, not {range:?}",
        count.from,
        count.until
    );
    let primes = count.primes;
    ensure!(
        primes == expected,
        "{range:?} has {expected} primes, not {primes}"
    );
    let big = job
        .fault(index)
        .is_some_and(|fault| fault.kind == FaultKind::Big);
    let (ballast, expected) = (count.ballast, if big { BALLAST as u64 } else { 0 });
    ensure!(
        ballast == expected,
        "task {index}: {ballast} bytes of ballast came back, not {expected}"
    );
    Ok(())
}

/// What a task must come to.
#[derive(Debug)]
enum Due {
    Ok,
    /// Ok at the second attempt; the case that is about it.
    Again(&'static str),
    Panicked,
    TimedOut,
    Lost,
}

fn due(job: &Job, index: usize) -> Due {
    let Some(fault) = job.fault(index) else {
        return Due::Ok;
    };
    let case = match fault.kind {
        FaultKind::FloodStderr | FaultKind::Big => return Due::Ok,
        FaultKind::Panic => return Due::Panicked,
        FaultKind::Stop => return Due::TimedOut,
        _ if fault.always => return Due::Lost,
        FaultKind::Kill => "worker_killed_once",
        FaultKind::Exit => "worker_exits",
        FaultKind::Abort => "worker_aborts",
        FaultKind::CorruptMagic => "corrupt_magic",
        FaultKind::HugeLength => "huge_length",
        FaultKind::ShortFrame => "short_frame",
    };
    Due::Again(case)
}

/// The primes of every range. The last job's are kept: all variants are held to them.
fn expected(job: &Job) -> Arc<Vec<u64>> {
    type Known = (u64, usize, Arc<Vec<u64>>);
    static LAST: Mutex<Option<Known>> = Mutex::new(None);
    if job.noop {
        return Arc::new(vec![0; job.ranges]);
    }
    // What a panic elsewhere could have left is either there or not.
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((below, ranges, counts)) if (*below, *ranges) == (job.below, job.ranges) => {
            Arc::clone(counts)
        }
        _ => {
            let counts = Arc::new(sieve(job));
            *last = Some((job.below, job.ranges, Arc::clone(&counts)));
            counts
        }
    }
}

/// Eratosthenes' sieve, a segment at a time: nothing in common with trial division.
fn sieve(job: &Job) -> Vec<u64> {
    const SEGMENT: u64 = 1 << 16;
    let root = (job.below as f64).sqrt() as u64 + 1;
    let mut small = vec![true; root as usize + 1];
    let mut primes = Vec::new();
    for number in 2..=root {
        if small[number as usize] {
            primes.push(number);
            for multiple in (number * number..=root).step_by(number as usize) {
                small[multiple as usize] = false;
            }
        }
    }
    let count = |start: u64, end: u64| {
        let mut is_prime = vec![true; (end - start) as usize];
        for prime in primes.iter().take_while(|prime| *prime * *prime < end) {
            let first = (prime * prime).max(start.next_multiple_of(*prime));
            for multiple in (first..end).step_by(*prime as usize) {
                is_prime[(multiple - start) as usize] = false;
            }
        }
        let from_two = 2_u64.saturating_sub(start).min(end - start) as usize;
        is_prime[from_two..].iter().filter(|prime| **prime).count() as u64
    };
    let count_range = |index| {
        let range = job.range(index);
        let starts = range.clone().step_by(SEGMENT as usize);
        starts
            .map(|start| count(start, range.end.min(start + SEGMENT)))
            .sum()
    };
    (0..job.ranges).map(count_range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::count_primes;

    fn job(below: u64, ranges: usize) -> Job {
        Job {
            below,
            ranges,
            workers: std::num::NonZeroUsize::MIN,
            timeout_ms: 1000,
            noop: false,
            faults: Vec::new(),
            nats: None,
            names_hosts: false,
            run: None,
            wait_us: 0,
            delay_us: 0,
            window: None,
        }
    }

    #[test]
    fn both_methods_agree() {
        for (below, ranges) in [(0, 1), (1, 1), (3, 5), (10_007, 3), (200_000, 2)] {
            let job = job(below, ranges);
            let divided: Vec<_> = (0..ranges)
                .map(|index| count_primes(job.range(index)))
                .collect();
            assert_eq!(sieve(&job), divided, "below {below} in {ranges}");
        }
    }

    #[test]
    fn the_sieve_knows_the_tables() {
        assert_eq!(sieve(&job(100_000, 4)).iter().sum::<u64>(), 9_592);
        assert_eq!(sieve(&job(5_000_000, 7)).iter().sum::<u64>(), 348_513);
    }

    #[test]
    fn ranges_leave_nothing_out() {
        let job = job(1_000_003, 7);
        let mut next = 0;
        for index in 0..7 {
            assert_eq!(job.range(index).start, next);
            next = job.range(index).end;
        }
        assert_eq!(next, 1_000_003);
    }
}
