//! Times: a distribution of durations, kept whole in a histogram.

use std::fmt;

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer};

/// The longest time that is recorded as it is: an hour. A longer one counts as an hour.
const MOST_NS: u64 = 3_600_000_000_000;

/// Durations in nanoseconds, each kept to three digits.
///
/// As JSON: `count`, `p50_ns`, `p90_ns`, `p99_ns`, `p999_ns` and `most_ns`; null where none
/// were kept.
pub struct Times(Histogram<u64>);

impl Times {
    pub(crate) fn new() -> Times {
        let histogram = Histogram::new_with_bounds(1, MOST_NS, 3);
        Times(histogram.expect("the bounds are constants that a histogram can have"))
    }

    pub(crate) fn record(&mut self, ns: u64) {
        self.0.saturating_record(ns);
    }

    /// How many times were kept.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The least time in nanoseconds that this part of them, from 0 to 1, does not exceed;
    /// `None` if none were kept.
    pub fn at(&self, part: f64) -> Option<u64> {
        (!self.0.is_empty()).then(|| self.0.value_at_quantile(part))
    }

    /// The longest, in nanoseconds.
    pub fn most(&self) -> Option<u64> {
        (!self.0.is_empty()).then(|| self.0.max())
    }

    fn summary(&self) -> Summary {
        Summary {
            count: self.count(),
            p50_ns: self.at(0.5),
            p90_ns: self.at(0.9),
            p99_ns: self.at(0.99),
            p999_ns: self.at(0.999),
            most_ns: self.most(),
        }
    }

    /// How many were longer than `ns` nanoseconds, to three digits.
    pub fn above(&self, ns: u64) -> u64 {
        match self.0.is_empty() {
            true => 0,
            false => self.0.len() - self.0.count_between(0, ns),
        }
    }
}

/// The summary, as the histogram's counts would fill pages.
impl fmt::Debug for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary().fmt(f)
    }
}

/// What is reported of a distribution.
#[derive(Debug, Serialize)]
struct Summary {
    count: u64,
    p50_ns: Option<u64>,
    p90_ns: Option<u64>,
    p99_ns: Option<u64>,
    p999_ns: Option<u64>,
    most_ns: Option<u64>,
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.summary().serialize(serializer)
    }
}
