//! A heart that beats and calls that block, and what they record of themselves: that, not a
//! piece's own word, is what the check judges where a value alone doesn't say.

use std::{
    hint::spin_loop,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use test_fixtures::{monotonic_nanos, span};

/// How far apart a heart's beats are meant to be.
pub(crate) const PERIOD: Duration = Duration::from_millis(5);

/// How long a frame keeps the core that handles it.
pub(crate) const HANDLING: Duration = Duration::from_micros(20);

static RECORD: Mutex<Record> = Mutex::new(Record {
    beats: Vec::new(),
    blocks: Vec::new(),
    hang_ups: Vec::new(),
    retries: Vec::new(),
    panics: Vec::new(),
    survivors: Vec::new(),
});

/// What was recorded while a piece ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When the heart beat, in nanoseconds of the system's monotonic clock.
    pub beats: Vec<u64>,
    /// From when to when a thread was blocked or frames were handled, by the same clock.
    #[serde(default)]
    pub blocks: Vec<(u64, u64)>,
    /// When a peer hung up, by the same clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hang_ups: Vec<u64>,
    /// When a client called again, by the same clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retries: Vec<u64>,
    /// When a task panicked, by the same clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub panics: Vec<u64>,
    /// The processes that were there still, by their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survivors: Vec<u64>,
}

/// One beat of the heart by which one sees that an executor still gets round.
pub(crate) fn beat() {
    record().beats.push(monotonic_nanos());
}

/// A peer hangs up.
pub(super) fn note_hang_up() {
    record().hang_ups.push(monotonic_nanos());
}

/// A client calls again.
pub(super) fn note_retry() {
    record().retries.push(monotonic_nanos());
}

/// A task is about to panic.
pub(super) fn note_panic() {
    record().panics.push(monotonic_nanos());
}

/// Keeps its thread for so long, as a blocking read or a long computation would.
pub(crate) fn block(time: Duration) {
    let start = monotonic_nanos();
    span(|| "block".to_owned(), || thread::sleep(time));
    record().blocks.push((start, monotonic_nanos()));
}

/// Handles a frame, which computes for a while. Frames that follow each other are recorded
/// as one block.
pub(crate) fn handle() {
    let start = monotonic_nanos();
    let end = start + HANDLING.as_nanos() as u64;
    while monotonic_nanos() < end {
        spin_loop();
    }
    let blocks = &mut record().blocks;
    match blocks.last_mut() {
        Some((_, last)) => *last = end,
        None => blocks.push((start, end)),
    }
}

/// Takes what was recorded so far.
pub(crate) fn take_record() -> Record {
    mem::take(&mut record())
}

fn record() -> MutexGuard<'static, Record> {
    // Nothing can panic between the lock and the end of a push.
    RECORD.lock().unwrap_or_else(PoisonError::into_inner)
}
