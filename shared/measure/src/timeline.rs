//! A trial's spans on the time axis of that trial.

use std::collections::HashMap;

use test_fixtures::{Checked, Span};

use crate::results::{Bar, Timeline};

/// Spans that are kept of one trial. More can't be told apart on a page, and each takes room.
const MOST: usize = 2000;

/// Characters of a name that are kept.
const LONGEST: usize = 200;

/// Of how many lanes one is to be left, so that there are no more than `most` bars. Lanes
/// are left out as a whole, so the start and the end of the others keep their shape.
pub fn every(bars: &[Bar], lanes: usize, most: usize) -> usize {
    let left = |every: &usize| {
        let bars = bars.iter();
        bars.filter(|bar| bar.lane.is_multiple_of(*every)).count()
    };
    (1..lanes)
        .find(|every| left(every) <= most)
        .unwrap_or(lanes.max(1))
}

/// Keeps one of every `every` lanes, and of their bars at most `most`.
pub fn thin(timeline: &mut Timeline, every: usize, most: usize) {
    let lanes = std::mem::take(&mut timeline.lanes);
    timeline.lanes = lanes.into_iter().step_by(every).collect();
    timeline.bars.retain(|bar| bar.lane.is_multiple_of(every));
    timeline.bars.truncate(most);
    for bar in &mut timeline.bars {
        bar.lane /= every;
    }
}

/// The timeline of a trial that was asked for spans; none if it reported no work.
pub fn of(trial: &Checked<()>) -> Option<Timeline> {
    let mut spans: Vec<&Span> = trial.spans.iter().collect();
    spans.sort_by_key(|span| (span.start, span.end));
    let began = trial.started.or(spans.first().map(|span| span.start))?;
    let mut lanes: Vec<String> = Vec::new();
    let short = |word: &String| word.chars().take(LONGEST).collect();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let bars: Vec<Bar> = spans
        .into_iter()
        .map(|span| Bar {
            lane: *places.entry(&span.lane).or_insert_with(|| {
                lanes.push(short(&span.lane));
                lanes.len() - 1
            }),
            task: short(&span.task),
            start: span.start.saturating_sub(began),
            end: span.end.saturating_sub(began),
            note: span.note.as_ref().map(short),
        })
        .collect();
    let all = bars.len();
    let every = every(&bars, lanes.len(), MOST);
    let mut timeline = Timeline {
        nanos: trial.nanos,
        lanes,
        bars,
        left_out: 0,
    };
    thin(&mut timeline, every, MOST);
    timeline.left_out = all - timeline.bars.len();
    (all > 0).then_some(timeline)
}

#[cfg(test)]
mod tests {
    use test_fixtures::{Facts, Printed, Usage};

    use super::*;

    fn trial(started: Option<u64>, spans: Vec<Span>) -> Checked<()> {
        Checked {
            nanos: 100,
            started,
            output: (),
            facts: Facts::new(),
            usage: Usage::default(),
            memory: None,
            descriptors: None,
            threads: None,
            spans,
            items: Vec::new(),
            left_behind: 0,
            printed: Printed::default(),
        }
    }

    fn span(lane: &str, start: u64, end: u64) -> Span {
        let (lane, task, note) = (lane.to_owned(), "t".to_owned(), None);
        Span {
            task,
            lane,
            start,
            end,
            note,
        }
    }

    #[test]
    fn lanes_are_in_the_order_in_which_they_began() {
        let spans = vec![span("b", 30, 40), span("a", 20, 50), span("b", 12, 15)];
        let timeline = of(&trial(Some(10), spans)).expect("there are spans");
        assert_eq!(timeline.lanes, ["b", "a"]);
        let bars: Vec<_> = timeline
            .bars
            .iter()
            .map(|bar| (bar.lane, bar.start, bar.end))
            .collect();
        assert_eq!(bars, [(0, 2, 5), (1, 10, 40), (0, 20, 30)]);
    }

    #[test]
    fn no_work_is_no_timeline() {
        assert_eq!(of(&trial(Some(10), Vec::new())), None);
        assert_eq!(of(&trial(None, Vec::new())), None);
    }
}
