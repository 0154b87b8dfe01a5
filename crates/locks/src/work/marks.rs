//! How far each worker is: a span for each stretch of its increments.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use test_fixtures::{Span, monotonic_nanos, record_span};

/// How many stretches a worker's increments are cut into. An increment is far shorter
/// than it takes to look at the clock, so only their stretches are marked.
const STRETCHES: u64 = 50;

/// The increment at which each worker's stretch began, and when.
static BEGUN: Mutex<BTreeMap<usize, (u64, u64)>> = Mutex::new(BTreeMap::new());

/// Called in each of a worker's increments, with its number out of `all`.
pub(crate) fn mark(worker: usize, nth: u64, all: u64) {
    let stretch = all.div_ceil(STRETCHES);
    let is_last = nth + 1 == all;
    if !nth.is_multiple_of(stretch) && !is_last {
        return;
    }
    let now = monotonic_nanos();
    let mut begun = BEGUN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((first, start)) = begun.insert(worker, (nth, now)) {
        record_span(|| Span {
            task: format!("{first}..{}", if is_last { all } else { nth }),
            lane: format!("worker {worker}"),
            start,
            end: now,
            note: None,
        });
    }
}
