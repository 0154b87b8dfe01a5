//! How long an axis is that timelines share.

use measure::statistics::median;

/// How many times as long as the median a timeline may be, and still be on the axis as a
/// whole. One peer that takes thirty times as long would leave the others a column or two.
const LONGEST: f64 = 8.0;

/// The longest of these lengths, but for those far longer than the others; `None` if there
/// are none.
pub(crate) fn shared(lengths: &[f64]) -> Option<f64> {
    let most = LONGEST * median(lengths)?;
    let taken = lengths.iter().copied().filter(|length| *length <= most);
    taken.reduce(f64::max)
}
