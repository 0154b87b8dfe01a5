//! The schedule: when each request is due.
//!
//! It is arithmetic on the start and the rate, and takes nothing from what became of
//! earlier requests. So the queue of requests that are due and not yet sent needs no
//! memory: it is the numbers between those sent and those due.

use std::time::Duration;

use crate::clock::ns;
use crate::plan::{Pace, Plan};

/// Nanoseconds in a second.
const SECOND: u128 = 1_000_000_000;

/// When requests are due, and how many were taken from the queue.
#[derive(Debug)]
pub(crate) struct Schedule {
    /// When the first request is due, in nanoseconds on the clock.
    pub(crate) start: u64,
    /// When no more requests become due.
    pub(crate) end: u64,
    pace: Pace,
    /// Requests of the whole run; in a closed loop the most that there may be.
    total: u64,
    /// Requests that were sent: they have left the queue.
    pub(crate) taken: u64,
}

impl Schedule {
    /// The schedule of a plan that starts then.
    pub(crate) fn of(plan: &Plan, start: u64) -> Schedule {
        let mut schedule = Schedule::new(start, plan.pace, plan.duration);
        schedule.total = schedule.total.min(plan.most);
        schedule
    }

    fn new(start: u64, pace: Pace, duration: Duration) -> Schedule {
        let end = start + ns(duration);
        let total = match pace {
            Pace::Open { per_second } => {
                let requests = u128::from(per_second) * duration.as_nanos();
                u64::try_from(requests.div_ceil(SECOND)).unwrap_or(u64::MAX)
            }
            Pace::Closed => Plan::MOST_REQUESTS,
        };
        Schedule {
            start,
            end,
            pace,
            total,
            taken: 0,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.pace != Pace::Closed
    }

    /// When request `number`, counted from 0, is due. In a closed loop it is due at `now`,
    /// but not before the start.
    pub(crate) fn due(&self, number: u64, now: u64) -> u64 {
        match self.pace {
            Pace::Open { per_second } => {
                let after = u128::from(number) * SECOND / u128::from(per_second);
                self.start + u64::try_from(after).unwrap_or(u64::MAX)
            }
            Pace::Closed => now.max(self.start),
        }
    }

    /// Whether no request will be taken any more.
    pub(crate) fn is_over(&self, now: u64) -> bool {
        self.taken == self.total || (!self.is_open() && now >= self.end)
    }

    /// When the next request is due, if there is one.
    pub(crate) fn next(&self, now: u64) -> Option<u64> {
        (!self.is_over(now)).then(|| self.due(self.taken, now))
    }

    /// Takes a request from the queue if one is due. Returns its number and when it was.
    pub(crate) fn take(&mut self, now: u64) -> Option<(u64, u64)> {
        let due = self.next(now).filter(|due| *due <= now)?;
        self.taken += 1;
        Some((self.taken - 1, due))
    }

    /// How many requests have become due by `now`; in a closed loop, how many were sent.
    pub(crate) fn due_by(&self, now: u64) -> u64 {
        let Pace::Open { per_second } = self.pace else {
            return self.taken;
        };
        let Some(since) = now.checked_sub(self.start) else {
            return self.taken;
        };
        let due = u128::from(since) * u128::from(per_second) / SECOND + 1;
        let due = u64::try_from(due).unwrap_or(u64::MAX).min(self.total);
        due.max(self.taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_evenly_and_without_drift() {
        let pace = Pace::Open { per_second: 3 };
        let schedule = Schedule::new(7, pace, Duration::from_secs(600));
        assert_eq!(schedule.due(1, 0), 7 + 333_333_333);
        assert_eq!(schedule.due(1_797, 0), 7 + 599_000_000_000);
        assert_eq!(schedule.total, 1_800);
        assert_eq!(schedule.due_by(7), 1);
        assert_eq!(schedule.due_by(u64::MAX), 1_800);
    }

    #[test]
    fn what_is_due_is_taken_once_and_late_or_not_in_its_order() {
        let pace = Pace::Open { per_second: 1_000 };
        let mut schedule = Schedule::new(0, pace, Duration::from_millis(10));
        assert_eq!(schedule.take(0), Some((0, 0)));
        assert_eq!(schedule.take(999_999), None);
        for number in 1..10 {
            let due = Some((number, number * 1_000_000));
            assert_eq!(schedule.take(60_000_000), due);
        }
        assert_eq!(schedule.take(60_000_000), None);
        assert!(schedule.is_over(0));
    }
}
