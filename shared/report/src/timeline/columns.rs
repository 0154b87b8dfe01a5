//! The time axis that a model's timelines share.

use measure::{
    results::{Bar, Timeline},
    statistics::median,
};

/// Columns between two ticks at the least, so that their labels have room.
const APART: f64 = 10.0;

/// How many times as long as the median a timeline may be, and still be on the axis as a
/// whole. One peer that takes thirty times as long would leave the others a column or two.
pub(crate) const LONGEST: f64 = 8.0;

/// So many columns from the start of the job to the end of the longest, but for those that
/// take far longer than the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    nanos: f64,
    columns: usize,
}

impl Axis {
    /// The axis that they share.
    pub(crate) fn of<'a>(
        timelines: impl Iterator<Item = &'a Timeline>,
        columns: usize,
    ) -> Self {
        let lengths: Vec<f64> = timelines.map(|one| length(one) as f64).collect();
        let most = LONGEST * median(&lengths).unwrap_or(0.0);
        let taken = lengths.into_iter().filter(|length| *length <= most);
        let nanos = taken.fold(1.0, f64::max);
        Self { nanos, columns }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Nanoseconds of a column.
    pub(crate) fn column(&self) -> f64 {
        self.nanos / self.columns as f64
    }

    /// The column of a moment, if it is on the axis. The very end belongs to the last.
    pub(crate) fn place(&self, nanos: u64) -> Option<usize> {
        let nanos = nanos as f64;
        let last = self.columns - 1;
        (nanos <= self.nanos).then(|| ((nanos / self.column()) as usize).min(last))
    }

    /// Whether its job goes on after the end of the axis.
    pub(crate) fn is_passed_by(&self, timeline: &Timeline) -> bool {
        self.place(timeline.nanos).is_none()
    }

    /// Whether it begins after the end of the axis.
    pub(crate) fn is_beyond(&self, bar: &Bar) -> bool {
        self.place(bar.start).is_none()
    }

    /// The ticks with their labels: `0        20        40 ms`.
    pub(crate) fn ticks(&self) -> String {
        let step = round_step(self.column() * APART);
        let (unit, name) = match step {
            step if step < 1e3 => (1.0, "ns"),
            step if step < 1e6 => (1e3, "µs"),
            step if step < 1e9 => (1e6, "ms"),
            _ => (1e9, "s"),
        };
        let mut line: Vec<char> = Vec::new();
        let ticks = (self.nanos / step) as usize;
        for tick in 0..=ticks {
            let nanos = tick as f64 * step;
            let label = format!("{:.0} {name}", nanos / unit);
            let place = (nanos / self.column()).round() as usize;
            if place + label.len() > self.columns {
                break;
            }
            line.resize(place, ' ');
            line.extend(label.chars());
        }
        line.into_iter().collect()
    }
}

/// How long a timeline is: its job, and work that went on after it. What goes on for longer
/// than the job itself is left off, so that it does not press all others together.
fn length(timeline: &Timeline) -> u64 {
    let ends = timeline.bars.iter().map(|bar| bar.end);
    let last = ends
        .filter(|end| *end / 2 <= timeline.nanos)
        .max()
        .unwrap_or(0);
    last.max(timeline.nanos)
}

/// The next of 1, 2, 5, 10, 20, …
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step >= least)
        .unwrap_or(steps[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(nanos: u64, columns: usize) -> Axis {
        let timeline = Timeline {
            nanos,
            lanes: Vec::new(),
            bars: Vec::new(),
            left_out: 0,
        };
        Axis::of([&timeline].into_iter(), columns)
    }

    #[test]
    fn ticks_are_round_and_have_room() {
        let ticks = |nanos, columns| axis(nanos, columns).ticks();
        let expected = "0 ms          20 ms         40 ms         60 ms         80 ms";
        assert_eq!(ticks(93_000_000, 65), expected);
        assert_eq!(ticks(0, 20), "0 ns");
        assert_eq!(ticks(3_000_000_000, 20), "0 s          2 s");
        assert_eq!(ticks(u64::MAX, 20), "0 s");
    }

    #[test]
    fn steps_are_one_two_or_five() {
        for (least, step) in [(1.0, 1.0), (1.5, 2.0), (3.0, 5.0), (6.0, 10.0)] {
            assert_eq!(round_step(least), step);
            assert_eq!(round_step(least * 1e6), step * 1e6);
        }
    }

    #[test]
    fn one_that_takes_far_longer_does_not_stretch_it() {
        let timeline = |nanos| Timeline {
            nanos,
            lanes: Vec::new(),
            bars: Vec::new(),
            left_out: 0,
        };
        let all = [10, 20, 100, 500].map(timeline);
        let axis = Axis::of(all.iter(), 10);
        assert_eq!(axis.column(), 10.0);
        assert!(axis.is_passed_by(&all[3]) && !axis.is_passed_by(&all[2]));
        assert_eq!(Axis::of(all[2..].iter(), 10).column(), 50.0);
    }

    #[test]
    fn a_moment_has_a_column() {
        let axis = axis(100, 10);
        assert_eq!(axis.place(0), Some(0));
        assert_eq!(axis.place(99), Some(9));
        assert_eq!(axis.place(100), Some(9));
        assert_eq!(axis.place(101), None);
    }
}
