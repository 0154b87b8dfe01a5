//! Crossings: the size at which one variant passes another.
//!
//! A crossing is claimed between two sizes at which the two differ, once this way and
//! once the other. At no size between these may they differ. Where it lies is
//! interpolated between neighbours: their ratio is taken as a straight line on
//! logarithmic axes.

use serde::{Deserialize, Serialize};

use crate::statistics::{Estimate, Verdict};

/// The verdict on a ratio of times at one size.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Told {
    /// The size.
    pub value: u64,
    /// The first's time ÷ the second's.
    pub ratio: Estimate,
    /// The verdict on the ratio.
    pub verdict: Verdict,
}

/// A size at which one passes another: below it takes longer, above it is faster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// The row that is faster from here on.
    pub passes: String,
    /// The row that is slower from here on.
    pub passed: String,
    /// Where, as an estimate by interpolation.
    pub value: f64,
    /// The sizes at which they differed.
    pub between: (u64, u64),
}

/// The crossings of two, from the ratios of the first's time to the second's.
pub fn find(first: &str, second: &str, ratios: &[Told]) -> Vec<Crossing> {
    let apart: Vec<usize> = (0..ratios.len())
        .filter(|&at| {
            let Told { ratio, verdict, .. } = &ratios[at];
            matches!(verdict, Verdict::Faster | Verdict::Slower) && ratio.median > 0.0
        })
        .collect();
    let turns = apart
        .windows(2)
        .map(|pair| &ratios[pair[0]..=pair[1]])
        .filter(|part| part[0].verdict != part[part.len() - 1].verdict);
    turns
        .map(|part| {
            let (from, to) = (&part[0], &part[part.len() - 1]);
            let (passes, passed) = match to.verdict {
                Verdict::Faster => (first, second),
                _ => (second, first),
            };
            Crossing {
                passes: passes.to_owned(),
                passed: passed.to_owned(),
                value: place(part),
                between: (from.value, to.value),
            }
        })
        .collect()
}

/// Where the ratio is 1, from one size at which they differ to the next. Medians of ties
/// between these say where they turn, if they turn only once.
fn place(part: &[Told]) -> f64 {
    let above = |told: &Told| told.ratio.median > 1.0;
    let turns: Vec<_> = part
        .windows(2)
        .filter(|pair| above(&pair[0]) != above(&pair[1]))
        .collect();
    match turns[..] {
        [turn] => between(&turn[0], &turn[1]),
        _ => between(&part[0], &part[part.len() - 1]),
    }
}

/// Where the ratio is 1 on the straight line between two sizes, on logarithmic axes; from
/// zero, which has no place on one, on an axis that is linear in the size.
fn between(from: &Told, to: &Told) -> f64 {
    let (low, high) = (from.ratio.median.ln(), to.ratio.median.ln());
    let (start, end) = ((from.value as f64).ln(), (to.value as f64).ln());
    let share = low / (low - high);
    if from.value == 0 {
        return share * to.value as f64;
    }
    (start + share * (end - start)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            told(50, 1.02, Verdict::Tie),
            told(1000, 0.5, Verdict::Faster),
        ];
        let found = find("a", "b", &across_a_tie);
        assert_eq!(found[0].between, (10, 1000));
        // By the tie's median it has not turned yet.
        assert!((50.0..60.0).contains(&found[0].value), "{found:?}");
        let to_and_fro = [
            told(10, 2.0, Verdict::Slower),
            told(20, 0.98, Verdict::Tie),
            told(50, 1.02, Verdict::Tie),
            told(1000, 0.5, Verdict::Faster),
        ];
        let found = find("a", "b", &to_and_fro);
        assert_eq!(found.len(), 1);
        assert!((found[0].value - 100.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn from_zero_it_has_a_place_too() {
        let ratios = [
            told(0, 4.0, Verdict::Slower),
            told(8, 0.25, Verdict::Faster),
        ];
        let found = find("a", "b", &ratios);
        assert_eq!(found[0].between, (0, 8));
        assert!((found[0].value - 4.0).abs() < 1e-6, "{found:?}");
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
