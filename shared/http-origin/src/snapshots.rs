//! Snapshots of the ledger, which other threads ask the event loop for.
//!
//! The loop owns the ledger and takes no lock to write to it. A thread that needs to see
//! it leaves a wish. The loop looks for wishes once a turn and puts a snapshot here. Here
//! it also finds the request to end.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ledger::Ledger;
use crate::poll::Waker;
use crate::record::Record;

const NOTHING: u8 = 0;
const ON_CHANGE: u8 = 1;
const AT_ONCE: u8 = 2;
/// The least time between two looks of one waiting thread.
const BREATH: Duration = Duration::from_micros(200);

#[derive(Debug)]
pub(crate) struct Snapshots {
    slot: Mutex<Slot>,
    /// Notified when a snapshot was put into the slot, and when the loop has ended.
    served: Condvar,
    /// The most urgent wish; the loop sets it back before it serves.
    wish: AtomicU8,
    /// Turns of the loop in which the ledger changed.
    changes: AtomicU64,
    stop: AtomicBool,
    waker: Waker,
}

#[derive(Debug)]
struct Slot {
    ledger: Ledger,
    /// `Snapshots::changes` when the snapshot was taken.
    changes: u64,
    /// Snapshots that were ever put here.
    served: u64,
    /// Whether the loop has ended, so that this snapshot is the last.
    ended: bool,
}

impl Snapshots {
    pub(crate) fn new(waker: Waker) -> Snapshots {
        let slot = Slot {
            ledger: Ledger::new(),
            changes: 0,
            served: 0,
            ended: false,
        };
        Snapshots {
            slot: Mutex::new(slot),
            served: Condvar::new(),
            wish: AtomicU8::new(NOTHING),
            changes: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            waker,
        }
    }

    /// Asks the loop to end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, SeqCst);
        self.waker.wake();
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stop.load(SeqCst)
    }

    /// The loop's part: called once a turn, with whether the ledger changed in it.
    pub(crate) fn serve(&self, ledger: &Ledger, changed: bool) {
        if changed {
            self.changes.fetch_add(1, SeqCst);
        }
        let wish = self.wish.load(SeqCst);
        if wish == AT_ONCE || (wish == ON_CHANGE && changed) {
            self.wish.store(NOTHING, SeqCst);
            self.put(ledger, false);
        }
    }

    /// The loop's last word.
    pub(crate) fn end(&self, ledger: &Ledger) {
        self.put(ledger, true);
    }

    /// Wakes the threads that wait for a loop that is gone, after a panic as well. The
    /// last snapshot stays.
    pub(crate) fn abandon(&self) {
        self.slot().ended = true;
        self.served.notify_all();
    }

    /// The record as it is now, or as it was when the loop ended.
    pub(crate) fn record(&self) -> Record {
        self.look(None, None).0.record()
    }

    /// Waits until the record satisfies `condition`; false if it does not within `limit`.
    pub(crate) fn wait_for(
        &self,
        limit: Duration,
        condition: impl Fn(&Record) -> bool,
    ) -> bool {
        let deadline = Instant::now().checked_add(limit);
        let (mut ledger, mut seen) = self.look(None, None);
        loop {
            let asked = Instant::now();
            if condition(&ledger.record()) {
                return true;
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return false;
            }
            // Copying a large record takes a while: leave the processor to the threads
            // that are to bring the condition about.
            let breath = BREATH.max(2 * asked.elapsed());
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            std::thread::sleep(breath.min(left.unwrap_or(breath)));
            (ledger, seen) = self.look(Some(seen), deadline);
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                (ledger, seen) = self.look(None, None);
            }
        }
    }

    /// A snapshot: of now, or of a moment when more had changed than `seen`. Returns the
    /// last snapshot when the deadline passes or the loop has ended.
    fn look(&self, seen: Option<u64>, deadline: Option<Instant>) -> (Ledger, u64) {
        let mut slot = self.slot();
        let before = slot.served;
        let fresh = |slot: &Slot| match seen {
            Some(seen) => slot.changes > seen,
            None => slot.served > before,
        };
        while !fresh(&slot) && !slot.ended {
            self.wish
                .fetch_max(if seen.is_some() { ON_CHANGE } else { AT_ONCE }, SeqCst);
            // What changed before the wish was made would not be served by it.
            if seen.is_none_or(|seen| self.changes.load(SeqCst) > seen) {
                self.wish.fetch_max(AT_ONCE, SeqCst);
                self.waker.wake();
            }
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                break;
            }
            let left = left.unwrap_or(Duration::from_secs(3600));
            let waited = self.served.wait_timeout(slot, left);
            slot = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        (slot.ledger.clone(), slot.changes)
    }

    fn put(&self, ledger: &Ledger, ended: bool) {
        let mut slot = self.slot();
        slot.ledger = ledger.clone();
        slot.changes = self.changes.load(SeqCst);
        slot.served += 1;
        slot.ended = ended;
        drop(slot);
        self.served.notify_all();
    }

    /// A snapshot is replaced whole, so one that a panic left behind is still sound.
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
