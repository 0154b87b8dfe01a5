//! A timeline in words.

use measure::results::{Bar, Timeline};
use test_fixtures::shown;

use crate::{figure::time, timeline::kind};

/// Characters of a text that is given for one span.
const TEXT: usize = 60;

/// A timeline in one line, for all to read.
pub(super) fn summary(timeline: &Timeline) -> String {
    let (bars, lanes, kind) = (timeline.bars.len(), timeline.lanes.len(), kind(timeline));
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let mut text = format!(
        "{bars} span{} on {lanes} {kind}{}, at most {} at once",
        plural(bars),
        plural(lanes),
        at_once(&timeline.bars)
    );
    let longest = timeline.bars.iter().max_by_key(|bar| length(bar));
    if let Some(bar) = longest {
        let lane = timeline.lanes.get(bar.lane).map_or("", |lane| lane);
        let (taken, task) = (time(length(bar) as f64), short(&bar.task));
        text += &format!("; the longest is {taken} (task {task}, {})", short(lane));
    }
    let mut noted = timeline.bars.iter().filter(|bar| bar.note.is_some());
    if let Some(first) = noted.next() {
        let more = match noted.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text += &format!("; out of the ordinary: task {}{more}", told(first));
    }
    let left_out = timeline.left_out;
    if left_out > 0 {
        text += &format!("; {left_out} more span{} not kept", plural(left_out));
    }
    text
}

/// Nanoseconds until the job and its last span are over; never zero.
pub(super) fn extent(timeline: &Timeline) -> f64 {
    let last = timeline.bars.iter().map(|bar| bar.end).max();
    timeline.nanos.max(last.unwrap_or(0)).max(1) as f64
}

/// One span's task, with what was out of the ordinary.
pub(super) fn told(bar: &Bar) -> String {
    match &bar.note {
        Some(note) => short(&format!("{} ({note})", bar.task)),
        None => short(&bar.task),
    }
}

/// One line of at most [`TEXT`] characters.
pub(super) fn short(text: &str) -> String {
    shown(text).chars().take(TEXT).collect()
}

fn length(bar: &Bar) -> u64 {
    bar.end.saturating_sub(bar.start)
}

/// The most spans that overlap.
fn at_once(bars: &[Bar]) -> usize {
    let ends = bars.iter().flat_map(|bar| [(bar.start, 1), (bar.end, -1)]);
    let mut steps: Vec<(u64, i64)> = ends.collect();
    // At one time, ends come before starts.
    steps.sort_unstable();
    let mut now = 0;
    let counts = steps.into_iter().map(|(_, step)| {
        now += step;
        now
    });
    counts.max().unwrap_or(0).max(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(lane: usize, start: u64, end: u64, note: Option<&str>) -> Bar {
        let (task, note) = ("7".to_owned(), note.map(str::to_owned));
        Bar {
            lane,
            task,
            start,
            end,
            note,
        }
    }

    #[test]
    fn spans_that_touch_are_not_at_once() {
        assert_eq!(at_once(&[]), 0);
        assert_eq!(at_once(&[bar(0, 0, 5, None), bar(0, 5, 9, None)]), 1);
        assert_eq!(at_once(&[bar(0, 0, 6, None), bar(1, 5, 9, None)]), 2);
    }

    #[test]
    fn what_a_timeline_shows_is_told_in_words() {
        let timeline = Timeline {
            nanos: 100,
            lanes: vec!["worker 1".to_owned(), "worker 2".to_owned()],
            bars: vec![bar(0, 0, 50, None), bar(1, 0, 80, Some("cut"))],
            left_out: 3,
        };
        assert_eq!(
            summary(&timeline),
            "2 spans on 2 workers, at most 2 at once; \
             the longest is 80.0 ns (task 7, worker 2); \
             out of the ordinary: task 7 (cut); 3 more spans not kept"
        );
        assert_eq!(extent(&timeline), 100.0);
    }

    #[test]
    fn a_text_is_one_short_line() {
        assert_eq!(short("a\nb"), "a\\nb");
        assert_eq!(short(&"é".repeat(100)), "é".repeat(TEXT));
    }
}
