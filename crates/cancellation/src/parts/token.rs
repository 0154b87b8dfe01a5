//! A token from a mutex and a condition variable: the standard library has none.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Asks many threads to stop: those that look at it, and those that sleep on it.
///
/// Whether it was cancelled is only looked at and changed under its lock, so a cancel that
/// comes between a sleeper's look and its sleep can't be missed.
#[derive(Debug)]
pub struct Token {
    cancelled: Mutex<bool>,
    /// Notified once, for all that sleep.
    notified: Condvar,
}

impl Token {
    /// A token that was not cancelled.
    #[allow(
        clippy::new_without_default,
        reason = "loom's have no default either, and a token is made on purpose"
    )]
    pub fn new() -> Self {
        Self {
            cancelled: Mutex::new(false),
            notified: Condvar::new(),
        }
    }

    /// Cancels it, and wakes all that sleep on it. A sleep that begins later ends at once.
    pub fn cancel(&self) {
        *self.lock() = true;
        self.notified.notify_all();
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.lock()
    }

    /// Sleeps for this time, or until it is cancelled; true if it slept the whole time.
    pub fn sleep(&self, time: Duration) -> bool {
        let start = Instant::now();
        let mut cancelled = self.lock();
        // A loop: a wake-up may be spurious. `wait_timeout_while` has it within; loom, which
        // checks this file, has none (loom 0.7, src/sync/condvar.rs, Condvar).
        while !*cancelled {
            let left = time.saturating_sub(start.elapsed());
            if left.is_zero() {
                return true;
            }
            let woken = self.notified.wait_timeout(cancelled, left);
            cancelled = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        // Nothing panics while it holds the lock, so the word in it is always whole.
        self.cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
