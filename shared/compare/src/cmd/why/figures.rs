//! What an item costs: the difference of a job and one with twice as many items, divided by
//! the items between them. What both jobs do once, such as their start, is not in it.

use serde::Serialize;

use super::tool::Counts;

/// How far counts may be from each other to be called repeatable.
const REPEATABLE: f64 = 0.01;

/// A cost of one item.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Figure {
    /// The middle one of the repeats.
    pub(super) each: f64,
    /// The largest of the repeats less the smallest.
    pub(super) spread: f64,
}

impl Figure {
    /// Of the counts of that name in the small jobs and in the large ones, which have so
    /// many items more. There is as many of both, and at least one.
    pub(super) fn of(name: &str, small: &[Counts], large: &[Counts], items: u64) -> Self {
        let of = |counts: &Counts| counts.get(name).copied().unwrap_or_default() as f64;
        let pairs = small.iter().zip(large);
        let mut all: Vec<f64> = pairs
            .map(|(small, large)| (of(large) - of(small)) / items as f64)
            .collect();
        all.sort_by(f64::total_cmp);
        let (least, most) = (all[0], all[all.len() - 1]);
        Self {
            each: all[all.len() / 2],
            spread: most - least,
        }
    }

    /// Whether the repeats agree to a hundredth: of the figure, or of one where it is less.
    pub(super) fn is_repeatable(&self) -> bool {
        self.spread <= REPEATABLE * self.each.abs().max(1.0)
    }

    /// How much of the other it is, where the two are further apart than they spread
    /// together. `None` where they are not.
    pub(super) fn ratio_to(&self, other: &Self) -> Option<f64> {
        let apart = (self.each - other.each).abs();
        let is_apart = other.each > 0.0 && apart > self.spread + other.spread;
        is_apart.then(|| self.each / other.each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: [u64; 3]) -> Vec<Counts> {
        let counts = |count| Counts::from([("read".to_owned(), count)]);
        all.map(counts).into()
    }

    #[test]
    fn what_is_done_once_is_taken_away() {
        let (small, large) = (counts([110, 112, 111]), counts([210, 212, 211]));
        let figure = Figure::of("read", &small, &large, 100);
        assert_eq!((figure.each, figure.spread), (1.0, 0.0));
        assert!(figure.is_repeatable());
        let none = Figure::of("write", &small, &large, 100);
        assert_eq!((none.each, none.spread), (0.0, 0.0));
    }

    #[test]
    fn figures_differ_where_they_are_further_apart_than_they_spread() {
        let figure = |each, spread| Figure { each, spread };
        let base = figure(1000.0, 5.0);
        assert_eq!(figure(1020.0, 5.0).ratio_to(&base), Some(1.02));
        assert_eq!(figure(1009.0, 5.0).ratio_to(&base), None);
        assert_eq!(figure(980.0, 30.0).ratio_to(&base), None);
        assert_eq!(figure(1.0, 0.0).ratio_to(&figure(0.0, 0.0)), None);
        assert!(base.is_repeatable() && !figure(1000.0, 11.0).is_repeatable());
        assert!(figure(0.001, 0.009).is_repeatable());
    }
}
