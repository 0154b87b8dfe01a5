//! A counting semaphore from a mutex and a condition variable: the standard library has
//! none.

use std::sync::{Condvar, Mutex, MutexGuard};

/// Only the count is touched under the lock.
const NO_PANIC: &str = "nothing panics in the lock";

/// A count of free permits, and a queue of those who wait for one.
///
/// The count is only looked at and changed under its lock, so a permit that comes back
/// between a waiter's look and its sleep can't be missed.
#[derive(Debug)]
pub struct Semaphore {
    free: Mutex<usize>,
    /// Notified once for every permit that is returned, for one waiter.
    returned: Condvar,
}

/// The right to go on. Dropped, it goes back and wakes one who waits, also when a panic
/// drops it.
#[derive(Debug)]
pub struct Permit<'a>(&'a Semaphore);

impl Semaphore {
    /// A semaphore with `permits` permits.
    pub fn new(permits: usize) -> Self {
        Self {
            free: Mutex::new(permits),
            returned: Condvar::new(),
        }
    }

    /// Waits for a permit. It is not fair: a thread that comes while a permit is free takes
    /// it, even if others wait.
    pub fn acquire(&self) -> Permit<'_> {
        let mut free = self.lock();
        // A loop: a wake-up may be spurious, and another may have been faster. `wait_while`
        // has it within; loom, which checks this file, has none (loom 0.7,
        // src/sync/condvar.rs, Condvar).
        while *free == 0 {
            free = self.returned.wait(free).expect(NO_PANIC);
        }
        *free -= 1;
        Permit(self)
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.free.lock().expect(NO_PANIC)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.lock() += 1;
        self.0.returned.notify_one();
    }
}
