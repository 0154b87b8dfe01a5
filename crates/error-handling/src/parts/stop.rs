//! A flag that can be waited on, from a mutex and a condition variable: how threads that
//! wait are stopped.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Which item failed first, if any did: the work on the others is to stop.
#[derive(Debug)]
pub struct Stop {
    /// Looked at and set under its lock only, so a thread that has just looked is asleep
    /// before it can be set, and is woken.
    first: Mutex<Option<usize>>,
    /// Notified once, for all who wait.
    changed: Condvar,
}

impl Stop {
    /// None is to stop yet.
    pub fn new() -> Self {
        Self {
            first: Mutex::new(None),
            changed: Condvar::new(),
        }
    }

    /// Lets all stop because of this item, unless another was first.
    pub fn set(&self, item: usize) {
        // Nothing panics while it holds the lock.
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(item);
        self.changed.notify_all();
    }

    /// Waits so long, or until everybody is to stop: whether that is so.
    pub fn wait(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        // A loop: a wake-up may be spurious. `wait_timeout_while` has it within; loom, which
        // checks this file, has none (loom 0.7, src/sync/condvar.rs, Condvar).
        while first.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (first, _) = self
                .changed
                .wait_timeout(first, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    /// The item because of which all are to stop.
    pub fn first(&self) -> Option<usize> {
        *self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
