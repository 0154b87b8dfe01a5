//! A counting semaphore from a mutex and a condition variable: the standard library has
//! none.

use std::sync::PoisonError;

use crate::sync::{Condvar, Mutex};

/// A count of free permits, and a queue of those who wait for one.
///
/// The count is only looked at and changed under its lock, so a permit that comes back
/// between a waiter's look and its sleep can't be missed.
#[derive(Debug)]
pub struct Semaphore {
    free: Mutex<usize>,
    /// Told once for every permit that comes back: one waiter can go on for each.
    returned: Condvar,
}

/// The right to go on. Dropped, it goes back and wakes one who waits, also when a panic
/// drops it.
#[derive(Debug)]
pub struct Permit<'a>(&'a Semaphore);

impl Semaphore {
    /// A semaphore with so many permits.
    pub fn new(permits: usize) -> Self {
        Self {
            free: Mutex::new(permits),
            returned: Condvar::new(),
        }
    }

    /// Waits for a permit. Nobody is promised a turn: who comes while a permit is free
    /// takes it, even past others who wait.
    pub fn acquire(&self) -> Permit<'_> {
        // Nothing panics while it holds the lock, so a count is never half-changed.
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        // A loop: a wake-up may be spurious, and another may have been faster.
        while *free == 0 {
            free = self
                .returned
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.returned.notify_one();
    }
}
