//! The columns of characters that a model's timelines share.

use measure::results::{Bar, Timeline};

use crate::{scale::Scale, timeline::extent::shared};

/// Columns between two ticks at the least, so that their labels have room.
const APART: f64 = 10.0;

/// `count` columns from the start of the job to the end of the longest. Those that take
/// far longer than the others are cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    scale: Scale,
    count: usize,
}

impl Columns {
    /// The columns that they share.
    pub(crate) fn of<'a>(
        timelines: impl Iterator<Item = &'a Timeline>,
        count: usize,
    ) -> Self {
        let lengths: Vec<f64> = timelines.map(|one| length(one) as f64).collect();
        let scale = Scale::from_zero(shared(&lengths).unwrap_or(0.0));
        Self { scale, count }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Nanoseconds of a column.
    pub(crate) fn column(&self) -> f64 {
        self.scale.high() / self.count as f64
    }

    /// The column of a moment, if there is one. The very end belongs to the last.
    pub(crate) fn place(&self, nanos: u64) -> Option<usize> {
        let nanos = nanos as f64;
        let place = (self.scale.share(nanos) * self.count as f64) as usize;
        (nanos <= self.scale.high()).then_some(place.min(self.count - 1))
    }

    /// Whether its job continues after the end of the axis.
    pub(crate) fn is_passed_by(&self, timeline: &Timeline) -> bool {
        self.place(timeline.nanos).is_none()
    }

    /// Whether it begins after the end of the axis.
    pub(crate) fn is_beyond(&self, bar: &Bar) -> bool {
        self.place(bar.start).is_none()
    }

    /// The ticks with their labels: `0        20        40 ms`.
    pub(crate) fn ticks(&self) -> String {
        let step = self.scale.step_apart(APART / self.count as f64);
        let (unit, name) = match step {
            step if step < 1e3 => (1.0, "ns"),
            step if step < 1e6 => (1e3, "µs"),
            step if step < 1e9 => (1e6, "ms"),
            _ => (1e9, "s"),
        };
        let mut line: Vec<char> = Vec::new();
        let ticks = (self.scale.high() / step) as usize;
        for tick in 0..=ticks {
            let nanos = tick as f64 * step;
            let label = format!("{:.0} {name}", nanos / unit);
            let place = (nanos / self.column()).round() as usize;
            if place + label.len() > self.count {
                break;
            }
            line.resize(place, ' ');
            line.extend(label.chars());
        }
        line.into_iter().collect()
    }
}

/// How long a timeline is: its job, and work that continued after it. Work that continues
/// for longer than the job itself is left off, so that it does not press all others
/// together.
fn length(timeline: &Timeline) -> u64 {
    let ends = timeline.bars.iter().map(|bar| bar.end);
    let last = ends
        .filter(|end| *end / 2 <= timeline.nanos)
        .max()
        .unwrap_or(0);
    last.max(timeline.nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(nanos: u64, count: usize) -> Columns {
        let timeline = Timeline {
            nanos,
            lanes: Vec::new(),
            bars: Vec::new(),
            left_out: 0,
        };
        Columns::of([&timeline].into_iter(), count)
    }

    #[test]
    fn ticks_are_round_and_have_room() {
        let ticks = |nanos, count| columns(nanos, count).ticks();
        let expected = "0 ms          20 ms         40 ms         60 ms         80 ms";
        assert_eq!(ticks(93_000_000, 65), expected);
        assert_eq!(ticks(0, 20), "0 ns");
        assert_eq!(ticks(3_000_000_000, 20), "0 s          2 s");
        assert_eq!(ticks(u64::MAX, 20), "0 s");
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
        let columns = Columns::of(all.iter(), 10);
        assert_eq!(columns.column(), 10.0);
        assert!(columns.is_passed_by(&all[3]) && !columns.is_passed_by(&all[2]));
        assert_eq!(Columns::of(all[2..].iter(), 10).column(), 50.0);
    }

    #[test]
    fn a_moment_has_a_column() {
        let columns = columns(100, 10);
        assert_eq!(columns.place(0), Some(0));
        assert_eq!(columns.place(99), Some(9));
        assert_eq!(columns.place(100), Some(9));
        assert_eq!(columns.place(101), None);
    }
}
