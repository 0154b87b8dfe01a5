//! The ring in the interleavings that loom explores, beside two twins with a bug each
//! that loom must catch.

// The ring's file asks for `std::sync`: here that is loom's.
extern crate loom as std;
extern crate std as core_std;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::Release},
    },
    thread,
};

#[path = "../src/parts/atomic_ring.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the file is the library's, where it is reachable and used"
)]
mod atomic_ring;

/// The kernel's part, in place of `futex.rs`: a thread that sleeps on a word looks at it
/// under the queue's lock, and one that wakes takes that lock.
mod futex {
    use std::sync::{Condvar, Mutex, atomic::AtomicU32, atomic::Ordering::SeqCst};

    /// Loom finds every interleaving without looking again and again.
    pub(crate) const SPINS: usize = 0;

    loom::lazy_static! {
        static ref SLEEPERS: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
    }

    pub(crate) fn wait(word: &AtomicU32, value: u32) {
        let lock = SLEEPERS.0.lock().expect("nobody panics with the lock");
        // An atomic step, since the kernel's look is of the newest value.
        if word.fetch_or(0, SeqCst) == value {
            drop(SLEEPERS.1.wait(lock).expect("nobody panics with the lock"));
        }
    }

    pub(crate) fn wake(_word: &AtomicU32) {
        let lock = SLEEPERS.0.lock().expect("nobody panics with the lock");
        // All words share the queue; a wake-up for nothing is allowed.
        SLEEPERS.1.notify_all();
        drop(lock);
    }
}

use atomic_ring::Ring;

/// A thread pushes these records into a ring for one, piece by piece, and closes it;
/// another pops until the end.
fn through(pieces: &'static [&'static [f64]], preemptions: Option<usize>) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = preemptions;
    model.check(move || {
        let ring = Arc::new(Ring::<1>::new());
        let pusher = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                pieces.iter().for_each(|records| ring.push(records));
                ring.close();
            })
        };
        let mut all = Vec::new();
        let mut records = [0.0];
        while ring.pop(&mut records) > 0 {
            all.extend(records);
        }
        pusher.join().expect("it does not panic");
        assert_eq!(all, pieces.concat());
    });
}

/// Records come whole and in order, though the ring is full after each and both sides
/// must sleep. A lost wake-up would be a deadlock, which loom reports. All interleavings
/// would be hours; these are the ones in which a thread is cut short at most three times.
#[test]
fn no_record_and_no_wake_up_is_lost() {
    through(&[&[1.0, 2.0]], Some(3));
}

/// One record is not missed by whoever was about to sleep, in any interleaving.
#[test]
fn one_record() {
    through(&[&[1.0]], None);
}

/// Whoever pops from a ring that is closed meanwhile is told so, not left asleep.
#[test]
fn the_end_is_not_missed() {
    through(&[], None);
}

/// The first twin says that it sleeps in a word of its own, not in the count's: it may
/// set it after the pusher has looked and sleep on a count that was there before.
struct TwoWords {
    pushed: AtomicU32,
    waiting: AtomicU32,
}

impl TwoWords {
    fn push(&self) {
        self.pushed.store(1, Release);
        if self.waiting.load(Relaxed) != 0 {
            futex::wake(&self.waiting);
        }
    }

    fn pop(&self) {
        while self.pushed.load(Relaxed) == 0 {
            self.waiting.store(1, Relaxed);
            // It looks at the word that says it sleeps, which nobody changes.
            futex::wait(&self.waiting, 1);
        }
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn the_twin_with_a_flag_beside_the_count_is_caught() {
    loom::model(|| {
        let ring = Arc::new(TwoWords {
            pushed: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
        });
        let pusher = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.push())
        };
        ring.pop();
        pusher.join().expect("it does not panic");
    });
}

/// The second twin counts a record before it is in its slot.
struct CountsFirst {
    pushed: AtomicU32,
    slot: AtomicU64,
}

#[test]
#[should_panic(expected = "the record that was pushed")]
fn the_twin_that_counts_first_is_caught() {
    loom::model(|| {
        let ring = Arc::new(CountsFirst {
            pushed: AtomicU32::new(0),
            slot: AtomicU64::new(0),
        });
        let pusher = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                ring.pushed.store(1, Release);
                ring.slot.store(7, Relaxed);
            })
        };
        if ring.pushed.load(loom::sync::atomic::Ordering::Acquire) == 1 {
            assert_eq!(ring.slot.load(Relaxed), 7, "the record that was pushed");
        }
        pusher.join().expect("it does not panic");
    });
}
