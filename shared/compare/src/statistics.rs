//! Medians, their intervals, and what may be called a difference.
//!
//! Everything is computed from rounds: a round gives each variant one sample, and what
//! disturbs the machine in that round disturbs them all. So variants are compared by the
//! median of their ratios round by round, not by the ratio of their medians.

use serde::{Deserialize, Serialize};

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;
/// The share of resamples that an interval leaves out at each end: 95 % lie within.
const TAIL: f64 = 0.025;
/// With fewer samples, an interval says less than the samples do.
const FEWEST: usize = 5;

/// A median with its 95 % bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Estimate {
    pub(crate) median: f64,
    /// `None` where there are too few samples for an interval.
    pub(crate) interval: Option<(f64, f64)>,
}

/// How a variant compares with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// It takes less time.
    Faster,
    /// It takes more time.
    Slower,
    /// They can't be told apart here.
    Tie,
    /// There are too few rounds to say.
    Unknown,
}

/// The median of the samples; `None` if there are none.
pub(crate) fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    median_of_sorted(&sorted)
}

fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// The median and its percentile bootstrap interval. The same samples give the same
/// interval: the generator starts from a fixed seed.
pub(crate) fn estimate(samples: &[f64]) -> Option<Estimate> {
    let median = median(samples)?;
    if samples.len() < FEWEST {
        return Some(Estimate {
            median,
            interval: None,
        });
    }
    let mut random = fastrand::Rng::with_seed(1);
    let mut resample = vec![0.0; samples.len()];
    let mut medians: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            resample.fill_with(|| samples[random.usize(..samples.len())]);
            resample.sort_unstable_by(f64::total_cmp);
            median_of_sorted(&resample)
        })
        .collect();
    medians.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| medians[((RESAMPLES - 1) as f64 * share).round() as usize];
    Some(Estimate {
        median,
        interval: Some((at(TAIL), at(1.0 - TAIL))),
    })
}

/// By what factor two names of the same variant differ: the far end of the interval of
/// their ratio, whichever of them is on top. No ratio nearer to 1 is called a difference.
pub(crate) fn resolution(control: &Estimate) -> Option<f64> {
    let (low, high) = control.interval?;
    Some(high.max(low.recip()).max(1.0))
}

/// What may be said of a ratio of times: a difference must exclude 1 from its interval and
/// be a larger factor than the resolution.
pub(crate) fn verdict(ratio: &Estimate, resolution: Option<f64>) -> Verdict {
    let (Some((low, high)), Some(resolution)) = (ratio.interval, resolution) else {
        return Verdict::Unknown;
    };
    if ratio.median.max(ratio.median.recip()) <= resolution {
        return Verdict::Tie;
    }
    match () {
        () if high < 1.0 => Verdict::Faster,
        () if low > 1.0 => Verdict::Slower,
        () => Verdict::Tie,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
    }

    /// All resamples of a small sample can be written down, so the bootstrap can be held
    /// against the distribution that it samples from.
    #[test]
    fn bootstrap_agrees_with_brute_force() {
        let samples = [1.0, 2.0, 4.0, 8.0, 16.0];
        let mut medians = Vec::new();
        for index in 0..5_usize.pow(5) {
            let mut resample: Vec<f64> = (0..5)
                .map(|place| samples[index / 5_usize.pow(place) % 5])
                .collect();
            resample.sort_unstable_by(f64::total_cmp);
            medians.push(resample[2]);
        }
        medians.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| medians[((medians.len() - 1) as f64 * share) as usize];
        let estimate = estimate(&samples).expect("there are samples");
        assert_eq!(estimate.interval, Some((at(TAIL), at(1.0 - TAIL))));
    }

    #[test]
    fn too_few_samples_have_no_interval() {
        let few = estimate(&[1.0, 2.0, 3.0, 4.0]).expect("there are samples");
        assert_eq!(few.interval, None);
        assert_eq!(verdict(&few, Some(1.1)), Verdict::Unknown);
    }

    #[test]
    fn a_difference_is_larger_than_the_resolution() {
        let ratio = |median, low, high| Estimate {
            median,
            interval: Some((low, high)),
        };
        let verdict = |ratio| super::verdict(&ratio, Some(1.05));
        assert_eq!(verdict(ratio(1.04, 1.03, 1.05)), Verdict::Tie);
        assert_eq!(verdict(ratio(1.20, 0.99, 1.30)), Verdict::Tie);
        assert_eq!(verdict(ratio(1.20, 1.10, 1.30)), Verdict::Slower);
        assert_eq!(verdict(ratio(0.80, 0.70, 0.90)), Verdict::Faster);
    }

    #[test]
    fn the_resolution_is_the_far_end() {
        let control = Estimate {
            median: 1.0,
            interval: Some((0.97, 1.01)),
        };
        assert_eq!(resolution(&control), Some(0.97_f64.recip()));
        let twice = Estimate {
            median: 1.2,
            interval: Some((0.9, 2.0)),
        };
        assert_eq!(resolution(&twice), Some(2.0));
    }
}
