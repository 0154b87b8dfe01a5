//! The hand-built token in the interleavings that loom explores, beside a twin with a bug
//! that loom must catch. In loom no wait ever times out, so a wake-up that is lost is a
//! deadlock, which it reports.

// The token's file asks for `std::sync` and `std::time`: here these are below.
extern crate self as std;
extern crate std as core_std;

use core_std::mem::ManuallyDrop;

use loom::thread;
use sync::{
    Arc,
    atomic::{
        AtomicBool,
        Ordering::{Relaxed, SeqCst},
    },
};
use time::Duration;

#[path = "../src/parts/token.rs"]
#[allow(
    unreachable_pub,
    reason = "the file is the library's, where it is reachable"
)]
mod token;

/// What the token is made of here.
mod sync {
    pub(crate) use core_std::sync::PoisonError;
    pub(crate) use loom::sync::{Arc, Condvar, Mutex, MutexGuard, atomic};
}

/// loom has no clock.
mod time {
    pub(crate) use core_std::time::{Duration, Instant};
}

use token::Token;

/// Longer than any exploration takes.
const LONG: Duration = Duration::from_secs(3600);

/// Whoever sleeps, or is about to, is woken.
#[test]
fn every_sleeper_is_woken() {
    loom::model(|| {
        let token = Arc::new(Token::new());
        let sleepers: Vec<_> = (0..2)
            .map(|_| {
                let token = Arc::clone(&token);
                thread::spawn(move || assert!(!token.sleep(LONG)))
            })
            .collect();
        token.cancel();
        for sleeper in sleepers {
            sleeper.join().expect("it does not panic");
        }
    });
}

/// What was written before the cancel is seen by whoever sees the cancel.
#[test]
fn a_cancel_is_seen_with_what_came_before_it() {
    loom::model(|| {
        let token = Arc::new(Token::new());
        let reason = Arc::new(AtomicBool::new(false));
        let looks = {
            let (token, reason) = (Arc::clone(&token), Arc::clone(&reason));
            thread::spawn(move || {
                if token.is_cancelled() {
                    assert!(reason.load(Relaxed));
                }
            })
        };
        reason.store(true, Relaxed);
        token.cancel();
        looks.join().expect("it does not panic");
    });
}

/// The twin: its word stands beside the lock, not under it, so a cancel between a sleeper's
/// look and its sleep wakes nobody.
struct Beside {
    cancelled: AtomicBool,
    lock: sync::Mutex<()>,
    woken: sync::Condvar,
}

impl Beside {
    fn cancel(&self) {
        self.cancelled.store(true, SeqCst);
        self.woken.notify_all();
    }

    fn sleep(&self) {
        let mut guard = self.lock.lock().expect("no thread panics with the lock");
        while !self.cancelled.load(SeqCst) {
            let woken = self.woken.wait_timeout(guard, LONG);
            guard = woken.expect("no thread panics with the lock").0;
        }
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn the_twin_that_is_cancelled_outside_the_lock_is_caught() {
    loom::model(|| {
        // Not dropped: after a deadlock loom's own can't be.
        let token = ManuallyDrop::new(Arc::new(Beside {
            cancelled: AtomicBool::new(false),
            lock: sync::Mutex::new(()),
            woken: sync::Condvar::new(),
        }));
        let sleeper = {
            let token = token.clone();
            thread::spawn(move || token.sleep())
        };
        token.cancel();
        sleeper.join().expect("it does not panic");
    });
}
