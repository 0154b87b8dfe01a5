//! A bounded ring of records between two processes: one pushes, the other pops, and each
//! sleeps while it can do neither.
//!
//! All of it is atomics, also the records: the other side is a process that the compiler
//! can't see, and a bug in it may write anywhere at any time. An atomic that changes is a
//! wrong number; a `&f64` that changes is undefined behaviour. A relaxed load or store
//! costs no more than a plain one.

use std::{
    hint::spin_loop,
    sync::atomic::{
        AtomicU32, AtomicU64,
        Ordering::{AcqRel, Acquire, Relaxed},
    },
};

use crossbeam_utils::CachePadded;

use super::futex::{self, SPINS};

/// The other side sleeps until the count changes.
const WAITING: u32 = 1;
/// Nothing will be pushed any more.
const CLOSED: u32 = 2;
/// The counts are in the bits above, and go round.
const ONE: u32 = 4;

/// Room for `N` records, a power of two.
///
/// All that one side signals to the other is in one word, and changes in one step: so no
/// wake-up is lost between a count that was read and a flag that was set. All bits zero
/// are an empty ring, which is what fresh shared memory holds.
#[derive(Debug)]
#[repr(C)]
pub struct Ring<const N: usize> {
    /// How many records were ever pushed. The one who pushes changes the count, and wakes
    /// the one who pops if that set `WAITING`.
    pushed: CachePadded<AtomicU32>,
    /// How many were ever popped: the same, the other way round.
    popped: CachePadded<AtomicU32>,
    /// Record number `i` is in slot `i` modulo `N`: the pusher's until it is counted as
    /// pushed, the popper's until it is counted as popped.
    slots: [AtomicU64; N],
}

impl<const N: usize> Ring<N> {
    const IS_POWER_OF_TWO: () = assert!(N.is_power_of_two() && N < 1 << 29);

    /// An empty ring, for two threads of one process.
    pub fn new() -> Self {
        Self::at(0, 0)
    }

    /// A ring that has seen this many records pushed and popped.
    pub(crate) fn at(pushed: u32, popped: u32) -> Self {
        let () = Self::IS_POWER_OF_TWO;
        let word = |count: u32| CachePadded::new(AtomicU32::new(count.wrapping_mul(ONE)));
        Self {
            pushed: word(pushed),
            popped: word(popped),
            slots: core::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// Pushes all records, in order, as there is room. Only one thread of one process
    /// pushes.
    pub fn push(&self, records: &[f64]) {
        let mut rest = records;
        while !rest.is_empty() {
            let pushed = count(self.pushed.load(Relaxed));
            let popped = self.popped.load(Acquire);
            let room = N - distance(count(popped), pushed).min(N);
            if room == 0 {
                wait(&self.popped, popped);
                continue;
            }
            let (now, later) = rest.split_at(room.min(rest.len()));
            for (record, number) in now.iter().zip(pushed..) {
                self.slots[number as usize % N].store(record.to_bits(), Relaxed);
            }
            advance(&self.pushed, pushed, now.len());
            rest = later;
        }
    }

    /// Pops at least one record, and returns how many: 0 once the ring is closed and empty.
    /// Only one thread of one process pops.
    pub fn pop(&self, records: &mut [f64]) -> usize {
        loop {
            let popped = count(self.popped.load(Relaxed));
            let pushed = self.pushed.load(Acquire);
            // An impossible count is the other side's bug: cut to the room that is left.
            let there = distance(popped, count(pushed)).min(N).min(records.len());
            if there > 0 {
                for (record, number) in records[..there].iter_mut().zip(popped..) {
                    *record =
                        f64::from_bits(self.slots[number as usize % N].load(Relaxed));
                }
                advance(&self.popped, popped, there);
                return there;
            }
            if pushed & CLOSED != 0 || records.is_empty() {
                return 0;
            }
            wait(&self.pushed, pushed);
        }
    }

    /// Marks that nothing will be pushed any more, and wakes the side that waits for it.
    /// Not to be called during a push.
    pub fn close(&self) {
        self.pushed.fetch_or(CLOSED, AcqRel);
        futex::wake(&self.pushed);
    }
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self::new()
    }
}

fn count(word: u32) -> u32 {
    word / ONE
}

/// How far it is from one count to a later one.
fn distance(from: u32, to: u32) -> usize {
    (to.wrapping_sub(from) % (u32::MAX / ONE + 1)) as usize
}

/// Adds to the count and takes `WAITING` away in one step, then wakes the one who had set
/// it. What was stored in slots before is seen by the side that sees the new count.
fn advance(word: &AtomicU32, old: u32, by: usize) {
    let new = old.wrapping_add(by as u32).wrapping_mul(ONE);
    if word.swap(new, AcqRel) & WAITING != 0 {
        futex::wake(word);
    }
}

/// Waits until the word has changed. It may also return for nothing.
fn wait(word: &AtomicU32, seen: u32) {
    let has_changed = |_| {
        spin_loop();
        word.load(Relaxed) != seen
    };
    if (0..SPINS).any(has_changed) {
        return;
    }
    let asleep = seen | WAITING;
    let set = word.compare_exchange(seen, asleep, Relaxed, Relaxed);
    if set.is_ok() || set == Err(asleep) {
        futex::wait(word, asleep);
    }
}
