//! When each item was in which step. The work records it, not the variant.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use test_fixtures::monotonic_nanos;

use crate::Step;

/// An item's time in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Which item.
    pub item: usize,
    /// Which step.
    #[serde(rename = "stage")]
    pub step: Step,
    /// When it entered, in nanoseconds of the system's monotonic clock.
    pub entered: u64,
    /// When it left, on the same clock.
    pub left: u64,
    /// Whether it can go on to the next step.
    pub whole: bool,
}

/// An item in a step. Dropped, it has left without being whole: it failed, the step
/// panicked, or its result is not wanted any more.
#[derive(Debug)]
pub(crate) struct Passing(Passage);

static PASSAGES: Mutex<Vec<Passage>> = Mutex::new(Vec::new());

impl Passing {
    pub(crate) fn enter(step: Step, item: usize) -> Self {
        let entered = monotonic_nanos();
        Self(Passage {
            item,
            step,
            entered,
            left: entered,
            whole: false,
        })
    }

    pub(crate) fn step(&self) -> Step {
        self.0.step
    }

    pub(crate) fn leave(mut self) {
        self.0.whole = true;
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        self.0.left = monotonic_nanos();
        lock().push(self.0);
    }
}

/// Takes every passage that has ended so far.
pub(crate) fn take_passages() -> Vec<Passage> {
    std::mem::take(&mut *lock())
}

fn lock() -> std::sync::MutexGuard<'static, Vec<Passage>> {
    // A panic elsewhere can't leave a Vec of ended passages half-pushed.
    PASSAGES.lock().unwrap_or_else(PoisonError::into_inner)
}
