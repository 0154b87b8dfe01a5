//! The hand-built semaphore in the interleavings that loom explores, beside a twin with a
//! bug that loom must catch.

// The semaphore's file asks for `std::sync`: here that is loom's.
extern crate loom as std;
extern crate std as core_std;

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use std::thread;

#[path = "../src/variants/condvar/semaphore.rs"]
#[allow(
    unreachable_pub,
    reason = "the file is the library's, where it is reachable"
)]
mod semaphore;

use semaphore::Semaphore;

/// Two threads want one permit: never do both hold it.
#[test]
fn never_more_holders_than_permits() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let holders = Arc::new(AtomicUsize::new(0));
        let hold = |semaphore: &Semaphore, holders: &AtomicUsize| {
            let permit = semaphore.acquire();
            assert_eq!(holders.fetch_add(1, SeqCst), 0);
            holders.fetch_sub(1, SeqCst);
            drop(permit);
        };
        let other = {
            let (semaphore, holders) = (Arc::clone(&semaphore), Arc::clone(&holders));
            thread::spawn(move || hold(&semaphore, &holders))
        };
        hold(&semaphore, &holders);
        other.join().expect("it does not panic");
    });
}

/// Three threads want one permit: each wake-up reaches one who can use it. A lost one would
/// be a deadlock, which loom reports.
#[test]
fn no_wake_up_is_lost() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let semaphore = Arc::clone(&semaphore);
                thread::spawn(move || drop(semaphore.acquire()))
            })
            .collect();
        drop(semaphore.acquire());
        threads
            .into_iter()
            .for_each(|thread| thread.join().expect("it does not panic"));
    });
}

/// The twin: it looks once, not in a loop, so a thread that was overtaken between the
/// wake-up and the lock goes on without a permit.
struct Hasty {
    free: Mutex<usize>,
    returned: Condvar,
}

impl Hasty {
    fn acquire(&self) {
        let mut free = self.free.lock().expect("nobody panics with the lock");
        if *free == 0 {
            free = self
                .returned
                .wait(free)
                .expect("nobody panics with the lock");
        }
        *free = free.checked_sub(1).expect("a permit was returned");
    }

    fn release(&self) {
        *self.free.lock().expect("nobody panics with the lock") += 1;
        self.returned.notify_one();
    }
}

#[test]
#[should_panic(expected = "a permit was returned")]
fn the_twin_that_looks_once_is_caught() {
    loom::model(|| {
        let semaphore = Arc::new(Hasty {
            free: Mutex::new(1),
            returned: Condvar::new(),
        });
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let semaphore = Arc::clone(&semaphore);
                thread::spawn(move || {
                    semaphore.acquire();
                    semaphore.release();
                })
            })
            .collect();
        semaphore.acquire();
        semaphore.release();
        for thread in threads {
            if let Err(panic) = thread.join() {
                core_std::panic::resume_unwind(panic);
            }
        }
    });
}
