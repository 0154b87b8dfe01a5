//! Knees: the rate at which the 99th percentile of a row's response times leaves the floor.
//!
//! The limit is one for all rows: twice the lowest p99 at the first rate. A limit of each
//! row's own would forgive one that is slow at every rate.
//!
//! Each round has a knee of its own: between the last rate at which p99 is within the limit
//! and the next one, where p99 is taken as a straight line on logarithmic axes. A round in
//! which p99 is never within the limit, or always, only bounds it. So a knee is a range of
//! two ends, either of which may be open, and medians and intervals are taken of each end.

use std::{cmp::Ordering, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use crate::{
    statistics::{Estimate, estimate},
    sweep::results::{Line, Mark, Quantity},
};

/// The field that has knees.
pub const RATE: &str = "rate";
/// The percentile that has a knee.
pub const PERCENT: f64 = 99.0;
/// How many times the lowest p99 is the limit.
pub const TIMES: f64 = 2.0;

/// What p99 is at the most where a row keeps up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Nanoseconds.
    pub nanos: f64,
    /// The row that had the lowest p99 at the first rate.
    pub row: String,
    /// The first rate.
    pub rate: u64,
}

/// A rate, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// It is no lower; `None` if nothing is known of that.
    pub from: Option<f64>,
    /// It is no higher.
    pub to: Option<f64>,
}

/// Where a row's p99 leaves the floor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Knee {
    /// The median of the rounds.
    pub rate: Range,
    /// Holds the true median 95 times in a hundred, or more; `None` with too few rounds.
    pub interval: Option<Range>,
    /// Rounds that say something of it.
    pub rounds: usize,
    /// Of these, the ones in which p99 was above the limit at every rate.
    pub at_once: usize,
    /// Of these, the ones in which p99 was within the limit at the last rate.
    pub never: usize,
}

impl Range {
    /// The rate, where it is one.
    pub fn place(&self) -> Option<f64> {
        self.from.filter(|_| self.from == self.to)
    }
}

/// The limit that these lines give, at the first rate; `None` where none has a p99.
pub fn limit<'a>(lines: impl Iterator<Item = &'a Line>, rate: u64) -> Option<Limit> {
    let lowest = lines.filter_map(|line| {
        let mark = line.marks.iter().find(|mark| mark.value == rate)?;
        Some((Quantity::P99.of(mark)?.median, line))
    });
    let (lowest, line) = lowest.min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Limit {
        nanos: lowest * TIMES,
        row: line.name.clone(),
        rate,
    })
}

/// The knee that the first rounds of these marks show; `None` where they have no p99.
///
/// Rounds of different rates are not the same moment. They are put together by their
/// number, and so are as independent of each other as those of one rate.
pub fn find(marks: &[Mark], limit: &Limit, rounds: usize) -> Option<Knee> {
    let mut by_round: BTreeMap<usize, Vec<(u64, f64)>> = BTreeMap::new();
    // Where most rounds are the load's, the others are what chance has left.
    for mark in marks.iter().filter(|mark| Quantity::P99.of(mark).is_some()) {
        for one in mark.own_p99().filter(|one| one.round < rounds) {
            let series = by_round.entry(one.round).or_default();
            series.push((mark.value, one.nanos as f64));
        }
    }
    let series = by_round.values();
    let ranges: Vec<Range> = series
        .filter_map(|series| of_round(series, limit.nanos))
        .collect();
    let sorted = |of: fn(&Range) -> f64| {
        let mut ends: Vec<f64> = ranges.iter().map(of).collect();
        ends.sort_unstable_by(f64::total_cmp);
        ends
    };
    let lows = sorted(|range| range.from.unwrap_or(f64::NEG_INFINITY));
    let highs = sorted(|range| range.to.unwrap_or(f64::INFINITY));
    let (from, to) = (estimate(&lows)?, estimate(&highs)?);
    // What only bounds it is a rate that was tried, and not one between two of these.
    let is_place = from.median.total_cmp(&to.median).is_eq();
    let median = match is_place {
        true => (from.median, to.median),
        false => (lows[(lows.len() - 1) / 2], highs[highs.len() / 2]),
    };
    let range = |from: f64, to: f64| Range {
        from: Some(from).filter(|from| from.is_finite()),
        to: Some(to).filter(|to| to.is_finite()),
    };
    let ends = |estimate: Estimate| estimate.interval;
    Some(Knee {
        rate: range(median.0, median.1),
        interval: ends(from)
            .zip(ends(to))
            .map(|((low, _), (_, high))| range(low, high)),
        rounds: ranges.len(),
        at_once: ranges.iter().filter(|range| range.from.is_none()).count(),
        never: ranges.iter().filter(|range| range.to.is_none()).count(),
    })
}

/// Where p99 goes above the limit and stays there, in one round, by rising rates.
fn of_round(series: &[(u64, f64)], limit: f64) -> Option<Range> {
    let (first, last) = (series.first()?, series.last()?);
    let within = series.iter().rposition(|(_, nanos)| *nanos <= limit);
    Some(match within {
        None => Range {
            from: None,
            to: Some(first.0 as f64),
        },
        Some(at) if at + 1 == series.len() => Range {
            from: Some(last.0 as f64),
            to: None,
        },
        Some(at) => {
            let place = between(series[at], series[at + 1], limit);
            Range {
                from: Some(place),
                to: Some(place),
            }
        }
    })
}

/// Where the straight line from one to the other meets the limit, on logarithmic axes.
fn between(below: (u64, f64), above: (u64, f64), limit: f64) -> f64 {
    let (low, high) = (below.1.ln(), above.1.ln());
    let (start, end) = ((below.0 as f64).ln(), (above.0 as f64).ln());
    let share = (limit.ln() - low) / (high - low);
    (start + share * (end - start)).exp()
}

/// Which of two knees is at the lower rate; `Equal` if they can't be told apart, and `None`
/// if there are too few rounds to say. Two are told apart where their intervals have no
/// rate in common.
pub fn compare(first: &Knee, second: &Knee) -> Option<Ordering> {
    let (first, second) = (first.interval?, second.interval?);
    let ends_before = |one: Range, other: Range| {
        let ends = one.to.zip(other.from);
        ends.is_some_and(|(to, from)| to < from)
    };
    Some(match () {
        () if ends_before(first, second) => Ordering::Less,
        () if ends_before(second, first) => Ordering::Greater,
        () => Ordering::Equal,
    })
}

#[cfg(test)]
mod tests;
