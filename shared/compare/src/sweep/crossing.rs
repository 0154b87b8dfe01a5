//! Crossings: the size at which one variant passes another.
//!
//! A crossing is claimed between two sizes at which the two are told apart, once this way
//! and once the other, with no size between them at which they are told apart. Where it
//! lies is interpolated: their ratio is taken as a straight line on logarithmic axes.

use serde::{Deserialize, Serialize};

use crate::{statistics::Verdict, sweep::results::Told};

/// A size at which one passes another: below it takes longer, above it is faster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Crossing {
    /// Who is faster from here on.
    pub(crate) passes: String,
    pub(crate) passed: String,
    /// Where, as far as interpolation tells.
    pub(crate) value: f64,
    /// The sizes at which they were told apart.
    pub(crate) between: (u64, u64),
}

/// The crossings of two, from the ratios of the first's time to the second's.
pub(crate) fn find(first: &str, second: &str, ratios: &[Told]) -> Vec<Crossing> {
    let differs = |told: &&Told| {
        let is_told = matches!(told.verdict, Verdict::Faster | Verdict::Slower);
        is_told && told.ratio.median > 0.0
    };
    let apart: Vec<&Told> = ratios.iter().filter(differs).collect();
    let turns = apart
        .windows(2)
        .filter(|pair| pair[0].verdict != pair[1].verdict);
    turns
        .map(|pair| {
            let (passes, passed) = match pair[1].verdict {
                Verdict::Faster => (first, second),
                _ => (second, first),
            };
            Crossing {
                passes: passes.to_owned(),
                passed: passed.to_owned(),
                value: between(pair[0], pair[1]),
                between: (pair[0].value, pair[1].value),
            }
        })
        .collect()
}

/// Where the ratio is 1 on the straight line between two sizes, on logarithmic axes.
fn between(from: &Told, to: &Told) -> f64 {
    let (low, high) = (from.ratio.median.ln(), to.ratio.median.ln());
    let (start, end) = ((from.value as f64).ln(), (to.value as f64).ln());
    let share = low / (low - high);
    (start + share * (end - start)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Estimate;

    fn told(value: u64, median: f64, verdict: Verdict) -> Told {
        let interval = Some((median, median));
        let ratio = Estimate { median, interval };
        Told {
            value,
            ratio,
            verdict,
        }
    }

    #[test]
    fn a_sign_that_turns_is_a_crossing() {
        let ratios = [
            told(10, 4.0, Verdict::Slower),
            told(100, 2.0, Verdict::Slower),
            told(10_000, 0.5, Verdict::Faster),
        ];
        let found = find("rayon", "one core", &ratios);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].passes, "rayon");
        assert_eq!(found[0].passed, "one core");
        assert_eq!(found[0].between, (100, 10_000));
        assert!((found[0].value - 1000.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn the_other_way_round_it_is_the_other_who_passes() {
        let ratios = [
            told(10, 0.5, Verdict::Faster),
            told(100, 8.0, Verdict::Slower),
        ];
        let found = find("a", "b", &ratios);
        assert_eq!((&*found[0].passes, &*found[0].passed), ("b", "a"));
        // A quarter of the way, on logarithmic axes.
        assert!(
            (found[0].value - 10_f64.powf(1.25)).abs() < 1e-6,
            "{found:?}"
        );
    }

    #[test]
    fn a_tie_is_no_end_of_a_crossing() {
        let slow_then_tie =
            [told(10, 2.0, Verdict::Slower), told(100, 0.9, Verdict::Tie)];
        assert!(find("a", "b", &slow_then_tie).is_empty());
        let unknown = [
            told(10, 2.0, Verdict::Unknown),
            told(100, 0.5, Verdict::Unknown),
        ];
        assert!(find("a", "b", &unknown).is_empty());
        let across_a_tie = [
            told(10, 2.0, Verdict::Slower),
            told(50, 1.0, Verdict::Tie),
            told(1000, 0.5, Verdict::Faster),
        ];
        let found = find("a", "b", &across_a_tie);
        assert_eq!(found[0].between, (10, 1000));
        assert!((found[0].value - 100.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn there_and_back_is_two() {
        let ratios = [
            told(10, 2.0, Verdict::Slower),
            told(100, 0.5, Verdict::Faster),
            told(1000, 2.0, Verdict::Slower),
        ];
        let found = find("a", "b", &ratios);
        let names: Vec<_> = found.iter().map(|crossing| &*crossing.passes).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
