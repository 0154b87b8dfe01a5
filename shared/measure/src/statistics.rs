//! Medians, their intervals, and what may be called a difference.
//!
//! Everything is computed from rounds: a round gives each variant one sample, and what
//! disturbs the machine in that round disturbs them all. So variants are compared by the
//! median of their ratios round by round, not by the ratio of their medians.

use serde::{Deserialize, Serialize};

/// Samples without which there is no interval: six lie on one side of their median twice
/// in 64 times, five twice in 32, which is more than 5 %.
pub const FEWEST: usize = 6;
/// The chance that an interval leaves the median out at one end: 95 % lie within.
pub const TAIL: f64 = 0.025;

/// A median with an interval that holds the true one 95 times in a hundred, or more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The middle of the samples.
    pub median: f64,
    /// `None` where there are too few samples for an interval.
    pub interval: Option<(f64, f64)>,
}

/// How a variant compares with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It takes less time.
    Faster,
    /// It takes more time.
    Slower,
    /// They can't be told apart here.
    Tie,
    /// There are too few rounds to decide.
    Unknown,
}

/// The median of the samples; `None` if there are none.
pub fn median(samples: &[f64]) -> Option<f64> {
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

/// The median and its exact interval.
pub fn estimate(samples: &[f64]) -> Option<Estimate> {
    estimate_within(samples, TAIL)
}

/// The median and its exact interval, which leaves the true one out at each end with at most
/// the chance of `tail`.
pub fn estimate_within(samples: &[f64], tail: f64) -> Option<Estimate> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let beyond = beyond(sorted.len(), tail);
    let interval = beyond.map(|beyond| {
        let last = sorted.len() - 1;
        (sorted[beyond], sorted[last - beyond])
    });
    Some(Estimate {
        median: median_of_sorted(&sorted)?,
        interval,
    })
}

/// How many of `count` samples may be beyond each end of an interval; `None` if even the
/// outermost are not far enough out.
///
/// Each sample lies below the true median with a chance of one half. So the number of
/// those below is binomial, whatever the samples' distribution. This is the sign test,
/// turned round (Conover, Practical Nonparametric Statistics, 3.2 and 3.4).
fn beyond(count: usize, tail: f64) -> Option<usize> {
    // The chance that exactly `below` samples are, kept as a logarithm: that of none in ten
    // thousand is no longer a number.
    let mut logarithm = count as f64 * 0.5_f64.ln();
    let mut chance = logarithm.exp();
    let mut below = 0;
    while chance <= tail && below < count {
        below += 1;
        logarithm += ((count + 1 - below) as f64 / below as f64).ln();
        chance += logarithm.exp();
    }
    below.checked_sub(1)
}

/// The middle 95 % of what the median would be, were as many samples drawn again from
/// these, with replacement. This is the percentile bootstrap, all resamples of it (Efron,
/// Bootstrap Methods, 1979, section 3). Where the median lies between two samples, the
/// outer one is the end.
fn bootstrap(samples: &[f64]) -> Option<(f64, f64)> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let count = sorted.len();
    // The median of a resample is among the first samples if half of the draws are.
    let firsts: Vec<usize> = (1..=count).collect();
    let too_few = firsts.partition_point(|&first| drawn_by_half(count, first) <= TAIL);
    let first = firsts.get(too_few)?;
    Some((sorted[first - 1], sorted[count - first]))
}

/// The chance that at least half of `count` draws fall among the first of as many
/// samples.
fn drawn_by_half(count: usize, first: usize) -> f64 {
    if first == count {
        return 1.0;
    }
    let inside = (first as f64 / count as f64).ln();
    let outside = ((count - first) as f64 / count as f64).ln();
    // The chance of exactly this many draws, as a logarithm, from all of them downwards.
    let mut logarithm = count as f64 * inside;
    let mut chance = 0.0;
    for draws in (count.div_ceil(2)..=count).rev() {
        chance += logarithm.exp();
        let ways = draws as f64 / (count + 1 - draws) as f64;
        logarithm += ways.ln() + outside - inside;
    }
    chance
}

/// By what factor two names of the same variant differ, from their ratios: the far end of
/// the bootstrap interval, whichever of them is on top. No ratio nearer to 1 is called a
/// difference.
///
/// It is a threshold and claims no chance of its own, so it takes the bootstrap. That is
/// narrower than an exact interval of few rounds, where one slow trial would be the far
/// end.
pub fn resolution(control: &[f64]) -> Option<f64> {
    if control.len() < FEWEST {
        return None;
    }
    bootstrap(control).map(far_end)
}

fn far_end((low, high): (f64, f64)) -> f64 {
    high.max(low.recip()).max(1.0)
}

/// The verdict on a ratio of times: a difference must exclude 1 from its interval and be
/// a larger factor than the resolution.
pub fn verdict(ratio: &Estimate, resolution: Option<f64>) -> Verdict {
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

    /// Every way in which samples can lie about their median can be written down.
    #[test]
    fn intervals_agree_with_brute_force() {
        for count in 1..=16_u32 {
            // How often at most `most` of the samples are below, of all 2^count ways.
            let ways = |most: u32| {
                (0..1_u32 << count).filter(move |way| way.count_ones() <= most)
            };
            let chance = |most| ways(most).count() as f64 / f64::from(1_u32 << count);
            for tail in [TAIL, TAIL / 6.0] {
                match beyond(count as usize, tail) {
                    None => assert!(chance(0) > tail, "{count}"),
                    Some(beyond) => {
                        let beyond = beyond as u32;
                        assert!(chance(beyond) <= tail, "{count}: too narrow");
                        assert!(chance(beyond + 1) > tail, "{count}: too wide");
                    }
                }
            }
        }
        let beyond = |count| beyond(count, TAIL);
        assert_eq!(beyond(FEWEST - 1), None);
        assert_eq!(beyond(FEWEST), Some(0));
        assert_eq!([6, 8, 9].map(beyond), [Some(0), Some(0), Some(1)]);
        // From the table of the sign test; the last by the normal approximation.
        assert_eq!(
            (beyond(12), beyond(20), beyond(40)),
            (Some(2), Some(5), Some(13))
        );
        assert_eq!(beyond(10_000), Some(4901));
    }

    #[test]
    fn an_interval_is_of_samples() {
        let samples: Vec<f64> = (1..=12).rev().map(f64::from).collect();
        let twelve = estimate(&samples).expect("there are samples");
        assert_eq!((twelve.median, twelve.interval), (6.5, Some((3.0, 10.0))));
        assert_eq!(estimate(&[]), None);
    }

    /// All resamples of a small sample can be written down, so the bootstrap can be held
    /// against the distribution that it stands for: odd, even, and ratios.
    #[test]
    fn bootstrap_agrees_with_brute_force() {
        let above = [9.1, 10.4, 9.9, 30.2, 10.1, 8.7, 9.5];
        let below = [10.0, 10.2, 9.0, 11.3, 19.9, 9.9, 9.8];
        let ratios: Vec<f64> = above.iter().zip(below).map(|(a, b)| a / b).collect();
        let odd = [1.0, 2.0, 4.0, 8.0, 16.0];
        for samples in [&odd[..], &[5.0, 1.0, 3.0, 9.0], &ratios[1..], &ratios] {
            let count = samples.len();
            let [mut lows, mut highs] = [Vec::new(), Vec::new()];
            for index in 0..count.pow(count as u32) {
                let place = |place| samples[index / count.pow(place) % count];
                let mut resample: Vec<f64> = (0..count as u32).map(place).collect();
                resample.sort_unstable_by(f64::total_cmp);
                lows.push(resample[(count - 1) / 2]);
                highs.push(resample[count / 2]);
            }
            lows.sort_unstable_by(f64::total_cmp);
            highs.sort_unstable_by(f64::total_cmp);
            let tail = (lows.len() as f64 * TAIL) as usize;
            let ends = (lows[tail], highs[highs.len() - 1 - tail]);
            assert_eq!(bootstrap(samples), Some(ends), "{samples:?}");
        }
    }

    #[test]
    fn too_few_samples_have_no_interval() {
        let few = estimate(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("there are samples");
        assert_eq!(few.interval, None);
        assert_eq!(verdict(&few, Some(1.1)), Verdict::Unknown);
        assert_eq!(resolution(&[1.0, 1.1, 0.9, 1.0, 1.0]), None);
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
        assert_eq!(far_end((0.97, 1.01)), 0.97_f64.recip());
        assert_eq!(far_end((0.9, 2.0)), 2.0);
        assert_eq!(far_end((1.0, 1.0)), 1.0);
        assert_eq!(resolution(&[1.0; 6]), Some(1.0));
    }
}
