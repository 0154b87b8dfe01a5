//! The work that pieces of a hazard share, and what it records of itself: that, not a
//! piece's own word, is what the check judges where a value alone doesn't tell.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use test_fixtures::{monotonic_nanos, span};

/// How far apart a heart's beats are meant to be.
pub const PERIOD: Duration = Duration::from_millis(5);

/// How far apart the ticks are between which frames are read.
pub const TICK: Duration = Duration::from_millis(2);

/// How long the second half of a frame is behind the first.
pub const PAUSE: Duration = Duration::from_millis(3);

/// What one turn hashes: some microseconds' worth.
const BLOCK: [u8; 8 * 1024] = [0; 8 * 1024];

static RECORD: Mutex<Record> = Mutex::new(Record {
    beats: Vec::new(),
    blocks: Vec::new(),
});

/// What was recorded while a piece ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When the heart beat, in nanoseconds of the system's monotonic clock.
    pub beats: Vec<u64>,
    /// From when to when a thread was blocked, by the same clock.
    #[serde(default)]
    pub blocks: Vec<(u64, u64)>,
}

/// One beat of the heart by which one sees that an executor still gets round.
pub fn beat() {
    record().beats.push(monotonic_nanos());
}

/// Keeps its thread for so long, as a blocking read or a long computation would.
pub fn block(time: Duration) {
    let start = monotonic_nanos();
    span(|| "block".to_owned(), || thread::sleep(time));
    record().blocks.push((start, monotonic_nanos()));
}

/// The bytes of a frame: its number.
pub fn frame(number: u64) -> [u8; 8] {
    number.to_le_bytes()
}

/// One turn of a task: a little work that nobody can skip.
pub fn turn(task: usize, nth: u64) -> u64 {
    let name = [(task as u64).to_le_bytes(), nth.to_le_bytes()];
    let hash = Sha256::new()
        .chain_update(name.concat())
        .chain_update(BLOCK);
    let hash = hash.finalize();
    let first = hash.first_chunk().expect("a hash has 32 bytes");
    u64::from_le_bytes(*first)
}

/// Takes what was recorded so far.
pub(crate) fn take_record() -> Record {
    mem::take(&mut record())
}

fn record() -> MutexGuard<'static, Record> {
    // Nothing can panic between the lock and the end of a push.
    RECORD.lock().unwrap_or_else(PoisonError::into_inner)
}
