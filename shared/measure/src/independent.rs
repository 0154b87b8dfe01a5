//! Two sets of samples that nothing pairs, as those of two sittings.
//!
//! No sample of one belongs to one of the other. So the ratio of their medians is
//! compared, and each set is resampled on its own.

use crate::statistics::{Estimate, median};

pub(crate) use crate::statistics::FEWEST;
/// Resamples of the bootstrap.
const RESAMPLES: usize = 2000;
/// The share of resamples that an interval leaves out at each end: 95 % lie within.
const TAIL: f64 = 0.025;

/// The ratio of two medians with its percentile bootstrap interval. The same samples give
/// the same interval: the generator starts from a fixed seed.
pub(crate) fn ratio_of_medians(above: &[f64], below: &[f64]) -> Option<Estimate> {
    let ratio = median(above)? / median(below)?;
    let has_enough = above.len().min(below.len()) >= FEWEST;
    Some(Estimate {
        median: ratio,
        interval: has_enough.then(|| interval(above, below)),
    })
}

fn interval(above: &[f64], below: &[f64]) -> (f64, f64) {
    let mut random = fastrand::Rng::with_seed(1);
    let mut resampled = |samples: &[f64]| {
        let any = || samples[random.usize(..samples.len())];
        let resample: Vec<f64> =
            std::iter::repeat_with(any).take(samples.len()).collect();
        median(&resample).expect("there are samples")
    };
    let mut ratios: Vec<f64> = (0..RESAMPLES)
        .map(|_| resampled(above) / resampled(below))
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| ratios[((RESAMPLES - 1) as f64 * share).round() as usize];
    (at(TAIL), at(1.0 - TAIL))
}

/// By what factor two sets of samples of the same thing differ: the far end of the interval
/// of their ratio.
pub(crate) fn resolution(control: &[f64], reference: &[f64]) -> Option<f64> {
    let (low, high) = ratio_of_medians(control, reference)?.interval?;
    Some(high.max(low.recip()).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pairs of resamples of two small samples can be written down, too.
    #[test]
    fn independent_ratios_agree_with_brute_force() {
        let (above, below) = ([2.0, 3.0, 5.0, 7.0, 11.0], [1.0, 1.5, 2.0, 2.5, 4.0]);
        let medians = |samples: [f64; 5]| -> Vec<f64> {
            let resample = |index: usize| {
                let place = |place: u32| samples[index / 5_usize.pow(place) % 5];
                median(&[0, 1, 2, 3, 4].map(place)).expect("there are samples")
            };
            (0..5_usize.pow(5)).map(resample).collect()
        };
        let (above_medians, below_medians) = (medians(above), medians(below));
        let mut ratios: Vec<f64> = above_medians
            .iter()
            .flat_map(|above| below_medians.iter().map(move |below| above / below))
            .collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| ratios[((ratios.len() - 1) as f64 * share) as usize];
        // Where two ratios lie as close as here, 2,000 resamples may hit either.
        let (low, high) = interval(&above, &below);
        assert!(at(0.015) <= low && low <= at(0.035), "{low}");
        assert!(at(0.965) <= high && high <= at(0.985), "{high}");
        assert_eq!(ratio_of_medians(&above, &[]), None);
        let few = ratio_of_medians(&above, &below).expect("there are samples");
        assert_eq!((few.median, few.interval), (2.5, None));
    }

    /// How often the interval alone calls two sittings of one thing different; the page
    /// on output says how often that is.
    #[test]
    fn chance_is_seldom_a_difference() {
        const PAGE: &str = include_str!("../../../docs/src/output.md");
        let mut random = fastrand::Rng::with_seed(7);
        // A sum of uniform numbers is nearly normal; times are skewed, as its exponential is.
        let mut time = || {
            let sum: f64 = std::iter::repeat_with(|| random.f64()).take(12).sum();
            (0.05 * (sum - 6.0)).exp()
        };
        let mut told = Vec::new();
        for rounds in [6, 8, 13, 27] {
            let mut sitting = || -> Vec<f64> {
                std::iter::repeat_with(&mut time).take(rounds).collect()
            };
            let differs = (0..400).filter(|_| {
                let (low, high) = interval(&sitting(), &sitting());
                low > 1.0 || high < 1.0
            });
            told.push(format!(
                "{rounds} rounds {:.0} %",
                differs.count() as f64 / 4.0
            ));
        }
        let told = told.join(", ");
        assert!(PAGE.contains(&told), "the page on output lacks: {told}");
    }
}
