//! One range to count, and its count.

use std::{
    ops::Range,
    process,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::system::uname;
use serde::{Deserialize, Serialize};
use test_fixtures::monotonic_nanos;

use super::primes::perform;
use crate::{Fault, FaultKind};

/// What a task that is `big` carries, each way.
pub const BALLAST: usize = 8 << 20;

/// One range to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The numbers to look at.
    pub range: Range<u64>,
    /// Whether to look at none of them.
    pub noop: bool,
    /// How long to wait first, as for a disk or another program.
    pub wait: Duration,
    /// What is to go wrong.
    pub fault: Option<Fault>,
    /// Bytes that it carries, and that come back with its report.
    #[serde(with = "serde_bytes")]
    pub ballast: Vec<u8>,
}

/// What a worker reports of a range that it has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How many primes it found.
    pub primes: u64,
    /// Its machine, where that may be another than the pool's.
    pub host: Option<String>,
    /// Its process id.
    pub pid: u32,
    /// The attempt that succeeded, from 1.
    pub attempt: u16,
    /// When it began, on the clock that all processes share.
    pub start: u64,
    /// When it was done.
    pub end: u64,
    /// When that clock began, where the machine may be another than the pool's.
    pub epoch: Option<u64>,
    /// The task's ballast.
    #[serde(with = "serde_bytes")]
    pub ballast: Vec<u8>,
}

/// The count of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The range's first number.
    pub from: u64,
    /// The number after its last.
    pub until: u64,
    /// How many of them are prime.
    pub primes: u64,
    /// Bytes of ballast that came back whole.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ballast: u64,
    /// The attempt that succeeded.
    pub attempt: u16,
    /// The process that counted.
    pub pid: u32,
    /// Its machine, where that may be another than the pool's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl Task {
    /// The numbers of a range, and what is to go wrong.
    pub fn new(range: Range<u64>, noop: bool, fault: Option<Fault>) -> Self {
        let is_big = fault
            .as_ref()
            .is_some_and(|fault| fault.kind == FaultKind::Big);
        Self {
            range,
            noop,
            wait: Duration::ZERO,
            fault,
            ballast: if is_big {
                ballast().collect()
            } else {
                Vec::new()
            },
        }
    }

    /// What goes wrong at this attempt.
    pub fn fault(&self, attempt: u16) -> Option<FaultKind> {
        let fault = self.fault.as_ref()?;
        (fault.always || attempt == 1).then_some(fault.kind)
    }

    /// Counts its primes in this process, at this attempt.
    pub fn count(self, attempt: u16) -> Report {
        let start = monotonic_nanos();
        let primes = perform(&self, attempt);
        let times = (start, monotonic_nanos());
        self.report(primes, attempt, times)
    }

    /// The same on a thread of a pool in this process, which records when that was if that
    /// is wanted. Returns the range's count.
    pub fn count_here(self) -> Count {
        let range = self.range.clone();
        let primes = test_fixtures::span(|| format!("{range:?}"), || perform(&self, 1));
        self.report(primes, 1, (0, 0)).count(range)
    }

    fn report(self, primes: u64, attempt: u16, (start, end): (u64, u64)) -> Report {
        Report {
            primes,
            host: None,
            pid: process::id(),
            attempt,
            start,
            end,
            epoch: None,
            ballast: self.ballast,
        }
    }
}

impl Report {
    /// The count of the range that it is about.
    pub fn count(self, range: Range<u64>) -> Count {
        Count {
            from: range.start,
            until: range.end,
            primes: self.primes,
            ballast: whole(&self.ballast),
            attempt: self.attempt,
            pid: self.pid,
            host: self.host,
        }
    }
}

/// This machine's name.
pub fn this_host() -> String {
    uname().nodename().to_string_lossy().into_owned()
}

/// When the clock that this machine's processes share began, in nanoseconds of the Unix
/// time. Two machines' differ by as much as their times do.
pub fn epoch_of_clock() -> u64 {
    // No machine is set to before 1970.
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_nanos() as u64;
    now.saturating_sub(monotonic_nanos())
}

/// Bytes that differ from their neighbours, so that a shift or a gap is seen.
fn ballast() -> impl Iterator<Item = u8> {
    (0..BALLAST).map(|index| (index % 251) as u8)
}

/// How many bytes of ballast these are: all of them, or none if one is wrong.
fn whole(bytes: &[u8]) -> u64 {
    let same = bytes.iter().copied().eq(ballast());
    if same { bytes.len() as u64 } else { 0 }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
