//! A timeline with no more spans than a page has room for.
//!
//! Lanes are left out, evenly and as a whole, and not the last spans: so the stairs at the
//! start and the ragged end keep their shape.

use std::borrow::Cow;

use measure::{
    results::Timeline,
    timeline::{every, thin},
};

use super::spans::summary;

/// A timeline, and what of it is drawn.
pub(super) struct Thinned<'a> {
    whole: &'a Timeline,
    pub(super) drawn: Cow<'a, Timeline>,
    /// One of this many lanes is drawn.
    every: usize,
    /// Spans that are not drawn although their lane is.
    cut: usize,
}

impl<'a> Thinned<'a> {
    /// The timeline with at most `most` spans.
    pub(super) fn of(whole: &'a Timeline, most: usize) -> Self {
        if whole.bars.len() <= most {
            return Self {
                whole,
                drawn: Cow::Borrowed(whole),
                every: 1,
                cut: 0,
            };
        }
        let every = every(&whole.bars, whole.lanes.len(), most);
        let on_these = whole
            .bars
            .iter()
            .filter(|bar| bar.lane.is_multiple_of(every));
        let cut = on_these.count().saturating_sub(most);
        let mut drawn = whole.clone();
        thin(&mut drawn, every, most);
        Self {
            whole,
            drawn: Cow::Owned(drawn),
            every,
            cut,
        }
    }

    /// The whole timeline in words, and what of it is not drawn.
    pub(super) fn summary(&self) -> String {
        let mut text = summary(self.whole);
        if self.every > 1 {
            let lanes = (self.drawn.lanes.len(), self.whole.lanes.len());
            text += &format!("; {} of {} are drawn", lanes.0, lanes.1);
        }
        if self.cut > 0 {
            text += &format!(", without their {} last spans", self.cut);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use measure::results::Bar;

    fn timeline(lanes: usize, each: u64) -> Timeline {
        let bar = |lane, start| Bar {
            lane,
            task: String::new(),
            start,
            end: start + 1,
            note: None,
        };
        let bars =
            (0..each).flat_map(|start| (0..lanes).map(move |lane| bar(lane, start)));
        Timeline {
            nanos: each,
            lanes: (0..lanes).map(|lane| format!("worker {lane}")).collect(),
            bars: bars.collect(),
            left_out: 0,
        }
    }

    #[test]
    fn whole_lanes_are_left_out() {
        let whole = timeline(10, 8);
        let thinned = Thinned::of(&whole, 40);
        assert_eq!((thinned.every, thinned.drawn.lanes.len()), (2, 5));
        assert_eq!(thinned.drawn.bars.len(), 40);
        assert_eq!(thinned.drawn.lanes[4], "worker 8");
        // The end is there.
        assert_eq!(thinned.drawn.bars.iter().map(|bar| bar.end).max(), Some(8));
        assert!(thinned.summary().ends_with("5 of 10 are drawn"));
        assert_eq!(Thinned::of(&whole, 80).every, 1);
    }

    #[test]
    fn one_lane_loses_its_end_and_says_so() {
        let whole = timeline(1, 8);
        let thinned = Thinned::of(&whole, 5);
        assert_eq!(thinned.drawn.bars.len(), 5);
        assert!(thinned.summary().ends_with("without their 3 last spans"));
    }
}
