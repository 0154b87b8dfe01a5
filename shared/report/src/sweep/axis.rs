//! A logarithmic axis: where a value lies on it, and which values are written beside it.

/// Values from `low` to `high`, on places from `start` to `end`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Axis {
    /// An axis that has room for all these values, which are above zero; `None` if there
    /// are none.
    pub(crate) fn of(
        values: impl Iterator<Item = f64>,
        (start, end): (f64, f64),
    ) -> Option<Self> {
        let values = values.filter(|value| value.is_finite() && *value > 0.0);
        let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        (high > 0.0).then(|| {
            // A little room, and more if all are the same.
            let room = (high / low).powf(0.04).max(1.1);
            Self {
                low: low / room,
                high: high * room,
                start,
                end,
            }
        })
    }

    /// The place of a value.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let share = (value / self.low).ln() / (self.high / self.low).ln();
        self.start + share * (self.end - self.start)
    }

    /// Values to write beside the axis: powers of ten, with their halves and fifths where
    /// there are few of them.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let steps: &[f64] = match decades {
            decades if decades < 0.7 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
            decades if decades < 2.5 => &[1.0, 2.0, 5.0],
            _ => &[1.0],
        };
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().floor() as i32;
        let all = (first..=last)
            .flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        all.filter(|value| (self.low..=self.high).contains(value))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_as_far_apart_as_each_other() {
        let axis = Axis::of([10.0, 1000.0].into_iter(), (0.0, 100.0)).expect("values");
        let [a, b, c] = [10.0, 100.0, 1000.0].map(|value| axis.place(value));
        assert!((b - a - (c - b)).abs() < 1e-9);
        assert!(a > 0.0 && c < 100.0, "{a} {c}");
        assert!(axis.ticks().contains(&100.0));
    }

    #[test]
    fn every_axis_has_ticks() {
        for (low, high) in [(5.0, 5.0), (5e6, 5.3e6), (1.0, 1e9), (30.0, 90.0)] {
            let axis = Axis::of([low, high].into_iter(), (0.0, 1.0)).expect("values");
            let ticks = axis.ticks().len();
            assert!((1..=11).contains(&ticks), "{low} {high}: {ticks}");
        }
        assert!(Axis::of([0.0, f64::NAN].into_iter(), (0.0, 1.0)).is_none());
    }
}
