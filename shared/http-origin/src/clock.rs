//! The clock: nanoseconds on `CLOCK_MONOTONIC`, which all processes of a machine share.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Now, on the axis of [`Exchange::started_ns`](crate::Exchange::started_ns).
pub fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

pub(crate) fn timespec(ns: u64) -> Timespec {
    Timespec {
        tv_sec: (ns / 1_000_000_000) as i64,
        tv_nsec: (ns % 1_000_000_000) as i64,
    }
}
