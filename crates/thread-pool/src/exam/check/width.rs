//! How many downloads the origin saw at once.

use std::time::Duration;

use anyhow::{Result, ensure};
use fetching::most_at_once;
use http_origin::{End, Record, Sentence};
use test_fixtures::Facts;

use crate::Job;

/// A pause in which even a busy machine sets every thread to work.
const LONG: Duration = Duration::from_millis(250);

/// Adds the most downloads at one time, which the threads are enough for, and which is as
/// many as there are threads where each takes long.
pub(super) fn check(
    facts: Facts,
    job: &Job,
    paths: &[String],
    record: &Record,
) -> Result<Facts> {
    let (workers, peak) = (job.workers.get() as u64, peak(record));
    ensure!(
        peak <= workers,
        "{peak} downloads at once, where {workers} threads are allowed"
    );
    let honest = || paths.iter().filter(|path| is_honest(path));
    let pause =
        |path: &String| Sentence::parse(path).map_or(Duration::ZERO, |it| it.pause);
    let shortest = honest().map(pause).min().unwrap_or(Duration::ZERO);
    // An answer without a pause has ended before the origin reads the next request.
    if shortest == Duration::ZERO {
        return Ok(facts);
    }
    let due = workers.min(honest().count() as u64);
    let facts = facts.count_of("at once", peak, due);
    if peak < due && shortest >= LONG {
        let why = format!("{peak} downloads at once, where {due} were possible");
        return Ok(facts.breach("every_thread_works", why));
    }
    Ok(facts)
}

/// The most at one time, of those that were answered whole: one that was given up may be
/// seen to end after its successor has begun.
fn peak(record: &Record) -> u64 {
    let whole = record
        .exchanges
        .iter()
        .filter(|one| one.end == End::Answered && is_honest(&one.path));
    most_at_once(whole.map(|one| (one.started_ns, one.ended_ns))) as u64
}

/// A thread that lives through a panic is seen by those that come after it.
fn is_honest(path: &str) -> bool {
    !path.contains("/note/panic")
}
