//! The hand-built flag that stops threads, in the interleavings that loom explores, beside
//! a twin with a bug that loom must catch.

// The flag's file asks for `std::sync`: here that is loom's.
extern crate self as std;
extern crate std as core_std;

/// What the flag is made of here.
pub mod sync {
    pub use core_std::sync::PoisonError;
    pub use loom::sync::{Condvar, Mutex};
}

pub use core_std::time;

use loom::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};
use time::Duration;

#[path = "../src/parts/stop.rs"]
#[allow(
    unreachable_pub,
    reason = "the file is the library's, where it is reachable"
)]
mod stop;

use stop::Stop;

/// Longer than a model runs; loom's condition variable has no time-outs.
const LONG: Duration = Duration::from_secs(3600);

/// Two threads wait, and both are woken, whether they looked before it or after. A lost
/// wake-up would be a deadlock, which loom reports.
#[test]
fn everybody_who_waits_is_woken() {
    loom::model(|| {
        let stop = Arc::new(Stop::new());
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let stop = Arc::clone(&stop);
                thread::spawn(move || assert!(stop.wait(LONG)))
            })
            .collect();
        stop.set(7);
        for thread in threads {
            thread.join().expect("it was woken");
        }
    });
}

/// Two tasks fail together: one of them is the first, and stays it.
#[test]
fn one_is_the_first() {
    loom::model(|| {
        let stop = Arc::new(Stop::new());
        let other = {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                stop.set(1);
                stop.first()
            })
        };
        stop.set(2);
        let seen = stop.first();
        assert!(matches!(seen, Some(1 | 2)));
        assert_eq!(other.join().expect("it does not panic"), seen);
    });
}

/// The twin: its flag is an atomic and set without the lock, so it can be set, and
/// everybody woken, between a waiter's look and its sleep.
struct Lossy {
    stopped: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Lossy {
    fn set(&self) {
        self.stopped.store(true, SeqCst);
        self.changed.notify_all();
    }

    fn wait(&self) {
        let mut guard = self.lock.lock().expect("nobody panics with the lock");
        while !self.stopped.load(SeqCst) {
            guard = self
                .changed
                .wait(guard)
                .expect("nobody panics with the lock");
        }
    }
}

#[test]
#[should_panic(expected = "deadlock")]
fn the_twin_that_is_set_without_the_lock_is_caught() {
    loom::model(|| {
        // Not loom's, whose drop would panic within the panic that is expected.
        let stop = core_std::sync::Arc::new(Lossy {
            stopped: AtomicBool::new(false),
            lock: Mutex::new(()),
            changed: Condvar::new(),
        });
        let waits = {
            let stop = core_std::sync::Arc::clone(&stop);
            thread::spawn(move || stop.wait())
        };
        stop.set();
        waits.join().expect("it does not panic");
    });
}
