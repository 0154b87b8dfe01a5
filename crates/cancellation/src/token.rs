//! A token from a mutex and a condition variable: the standard library has none.

use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};

use crate::sync::{Condvar, Mutex, MutexGuard};

/// Tells many threads to stop: those who look, and those who sleep.
///
/// Whether it was cancelled is only looked at and changed under its lock, so a cancel that
/// comes between a sleeper's look and its sleep can't be missed.
#[derive(Debug)]
pub struct Token {
    cancelled: Mutex<bool>,
    /// Told once, to everybody.
    told: Condvar,
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
            told: Condvar::new(),
        }
    }

    /// Wakes all who sleep on it. Who sleeps later is not even put to sleep.
    pub fn cancel(&self) {
        *self.lock() = true;
        self.told.notify_all();
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.lock()
    }

    /// Sleeps for this time, or until it is cancelled; true if it slept the whole time.
    pub fn sleep(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut cancelled = self.lock();
        // A loop: a wake-up may be spurious.
        while !*cancelled {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            let woken = self.told.wait_timeout(cancelled, left);
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
