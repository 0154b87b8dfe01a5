//! A scale, linear or logarithmic: where a figure stands on it, and which are written beside
//! it.

/// Beyond this factor between the ends, a linear axis hides what is at the lower.
const LINEAR: f64 = 8.0;
/// The part of the upper end below which a linear axis begins at zero.
const NEAR_ZERO: f64 = 0.4;

/// From one figure to another, none of them below zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    step: f64,
    pub(crate) is_logarithmic: bool,
}

impl Scale {
    /// One that holds all of the figures; `None` if there are none.
    pub(crate) fn over(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let ends = figures.into_iter().fold(None, |ends, figure| match ends {
            None => Some((figure, figure)),
            Some((low, high)) => Some((figure.min(low), figure.max(high))),
        });
        let (low, high): (f64, f64) = ends.filter(|(_, high)| *high > 0.0)?;
        if low > 0.0 && high / low > LINEAR {
            return Some(Self::between(low, high, 1.15));
        }
        let low = if low < high * NEAR_ZERO { 0.0 } else { low };
        Some(Self::linear(low, high))
    }

    /// A logarithmic one that holds all of the figures above zero; `None` if there are none.
    pub(crate) fn logarithmic(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let is_above_zero = |figure: &f64| figure.is_finite() && *figure > 0.0;
        let figures = figures.into_iter().filter(is_above_zero);
        let (low, high) = figures
            .fold((f64::INFINITY, 0.0_f64), |(low, high), figure| {
                (low.min(figure), high.max(figure))
            });
        // A little room, and more if all are the same.
        (high > 0.0).then(|| Self::between(low, high, (high / low).powf(0.04).max(1.1)))
    }

    /// The same with a place for zero, which a logarithmic one doesn't have: at its lower
    /// end, apart from the others.
    pub(crate) fn with_zero(self) -> Self {
        Self {
            low: self.low / (self.high / self.low).powf(0.1),
            ..self
        }
    }

    fn between(low: f64, high: f64, room: f64) -> Self {
        Self {
            low: low / room,
            high: high * room,
            step: 0.0,
            is_logarithmic: true,
        }
    }

    /// One from zero to `high`, which keeps lengths comparable.
    pub(crate) fn from_zero(high: f64) -> Self {
        Self {
            high: high.max(1.0),
            ..Self::linear(0.0, high.max(1.0))
        }
    }

    /// The ends are moved out to whole steps.
    fn linear(low: f64, high: f64) -> Self {
        let spread = if high > low { high - low } else { high * 0.2 };
        let step = round_step(spread / 5.0);
        let begin = (low / step).floor() * step;
        let end = (high / step).ceil() * step;
        Self {
            low: begin.max(0.0),
            high: if end > begin { end } else { begin + step },
            step,
            is_logarithmic: false,
        }
    }

    pub(crate) fn begins_at_zero(&self) -> bool {
        self.low == 0.0
    }

    pub(crate) fn high(&self) -> f64 {
        self.high
    }

    /// Where a figure stands, from 0 to 1.
    pub(crate) fn share(&self, figure: f64) -> f64 {
        let share = match self.is_logarithmic {
            true => (figure / self.low).ln() / (self.high / self.low).ln(),
            false => (figure - self.low) / (self.high - self.low),
        };
        share.clamp(0.0, 1.0)
    }

    /// The figures to write beside it.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        if !self.is_logarithmic {
            let first = (self.low / self.step).round() as i64;
            let last = (self.high / self.step + 1e-9).floor() as i64;
            return (first..=last).map(|n| n as f64 * self.step).collect();
        }
        let decades = (self.high / self.low).log10();
        let factors: &[f64] = match decades {
            decades if decades < 0.7 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
            decades if decades < 1.8 => &[1.0, 2.0, 5.0],
            decades if decades < 2.8 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        let all = (first..=last)
            .flat_map(|power| factors.iter().map(move |f| f * 10_f64.powi(power)));
        all.filter(|tick| (self.low..=self.high).contains(tick))
            .collect()
    }

    /// The step between figures that are at least this share of a linear scale apart: 1, 2
    /// or 5 times a power of ten, and no less than 1.
    pub(crate) fn step_apart(&self, share: f64) -> f64 {
        round_step((share * (self.high - self.low)).max(1.0))
    }
}

/// Nanoseconds as an axis has them: a round figure and its unit.
pub(crate) fn label(nanos: f64) -> String {
    let (value, unit) = match nanos {
        nanos if nanos < 1.0 => return "0".to_owned(),
        nanos if nanos < 1e3 => (nanos, "ns"),
        nanos if nanos < 1e6 => (nanos / 1e3, "µs"),
        nanos if nanos < 1e9 => (nanos / 1e6, "ms"),
        nanos => (nanos / 1e9, "s"),
    };
    // Steps are sums of floats: 0.30000000000000004.
    format!("{} {unit}", (value * 1e6).round() / 1e6)
}

/// The next 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| f * power >= step);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(figures: &[f64]) -> Vec<String> {
        let scale = Scale::over(figures.iter().copied()).expect("there are figures");
        scale.ticks().into_iter().map(label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(&[100e6, 139e6]),
            ["100 ms", "110 ms", "120 ms", "130 ms", "140 ms"]
        );
        assert_eq!(labels(&[20e6, 90e6])[..2], ["0", "20 ms"]);
        assert_eq!(
            labels(&[2e6, 90e6]),
            ["2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms"]
        );
    }

    #[test]
    fn the_axis_is_logarithmic_where_the_spread_demands_it() {
        let is_logarithmic =
            |figures: [f64; 2]| Scale::over(figures).map(|s| s.is_logarithmic);
        assert_eq!(is_logarithmic([10.0, 80.0]), Some(false));
        assert_eq!(is_logarithmic([10.0, 81.0]), Some(true));
        assert_eq!(is_logarithmic([0.0, 81.0]), Some(false));
        assert_eq!(Scale::over([]), None);
        assert_eq!(Scale::over([0.0]), None);
    }

    #[test]
    fn decades_are_as_far_apart_as_each_other() {
        let scale = Scale::logarithmic([10.0, 1000.0]).expect("there are figures");
        let [a, b, c] = [10.0, 100.0, 1000.0].map(|figure| scale.share(figure));
        assert!((b - a - (c - b)).abs() < 1e-9);
        assert!(a > 0.0 && c < 1.0, "{a} {c}");
        assert!(scale.ticks().contains(&100.0));
    }

    #[test]
    fn every_logarithmic_scale_has_ticks() {
        for (low, high) in [(5.0, 5.0), (5e6, 5.3e6), (1.0, 1e9), (30.0, 90.0)] {
            let scale = Scale::logarithmic([low, high]).expect("there are figures");
            let ticks = scale.ticks().len();
            assert!((1..=11).contains(&ticks), "{low} {high}: {ticks}");
        }
        assert_eq!(Scale::logarithmic([0.0, f64::NAN]), None);
    }

    #[test]
    fn steps_are_one_two_or_five() {
        for (least, step) in [(1.0, 1.0), (1.5, 2.0), (3.0, 5.0), (6.0, 10.0)] {
            assert_eq!(round_step(least), step);
            assert_eq!(round_step(least * 1e6), step * 1e6);
        }
        assert_eq!(Scale::from_zero(93e6).step_apart(0.16), 2e7);
        assert_eq!(Scale::from_zero(1.0).step_apart(0.1), 1.0);
    }

    #[test]
    fn every_figure_is_on_the_axis() {
        for figures in [[1.0, 1.0], [3.0, 7.0], [1e3, 1e9], [0.0, 2.0]] {
            let scale = Scale::over(figures).expect("there are figures");
            let shares = figures.map(|figure| scale.share(figure));
            assert!(shares[0] <= shares[1] && shares[0] >= 0.0 && shares[1] <= 1.0);
            assert!((2..12).contains(&scale.ticks().len()), "{figures:?}");
        }
    }
}
