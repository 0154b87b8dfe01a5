//! Each row's one recorded trial as lanes of spans, all of a model on one axis of time.
//!
//! A row's spans are three paths: the odd and the even of each lane, so that neighbours
//! can be told apart, and those that did not end as they should. The text of each span
//! stands beside its path, for the script to show.

use std::{collections::BTreeSet, fmt::Write};

use maud::{Markup, html};
use measure::results::{Kind, ModelResults, Row, Timeline};

use super::{
    chart::{axis, floor_line, grid},
    row::{Place, name},
    spans::{extent, short, told},
    thinned::Thinned,
};
use crate::scale::Scale;
use crate::{
    figure::time,
    timeline::{extent::shared, kind},
};

/// A row's own duration in the units of its drawing.
const UNITS: f64 = 10_000.0;
/// How high a lane, and a row's lanes together, are drawn at most, in pixels.
const LANE: f64 = 14.0;
const HEIGHT: f64 = 100.0;

/// The timelines of a model.
pub(super) fn timelines(place: usize, results: &ModelResults, most: usize) -> Markup {
    let Some(scale) = scale(results) else {
        return html! { p { "No trial was recorded, so there are no timelines." } };
    };
    html! {
        p {
            "One further trial of each row was recorded; none of the samples above come from it. "
            "A line is " (lanes_of(results)) ", a bar is one task on it; neighbours on a line alternate in tint. "
            "Every row has the same axis, so lengths compare with each other; with the times above only where spans are long, since recording one costs some microseconds."
        }
        figure.timelines aria-label=(format!("{}: timelines", results.name)) {
            label.stretch hidden { input type="checkbox"; " stretch each to the full width, to look into the short ones" }
            (head(&scale))
            @for index in 0..results.rows.len() {
                @if results.rows[index].kind != Kind::Control {
                    (strip(Place { model: place, row: index }, results, &scale, most))
                }
            }
            p.legend {
                span { span.key.even {} span.key.odd {} "a task" }
                @if has_notes(results) { span { span.key.noted {} "cut, given up or otherwise out of the ordinary" } }
                span { span.key.end {} "the job's end" }
                @if !results.floors.is_empty() { span { span.key.floor {} "the floor" } }
            }
        }
    }
}

/// The timelines of two rows once more; drawn by reference.
pub(super) fn pair(places: [Place; 2], results: &ModelResults, most: usize) -> Markup {
    html! {
        @if let Some(scale) = scale(results) {
            (head(&scale))
            @for place in places {
                @let row = &results.rows[place.row];
                div.strip.again data-row=(place.key()) {
                    div.name { (name(row, &results.reference)) }
                    div.plot {
                        @if let Some(timeline) = &row.timeline {
                            @let timeline = Thinned::of(timeline, each(results, most));
                            @let drawn = Drawn::of(&timeline, &scale);
                            (drawn.frame(&alternative(row, &timeline), &scale, results.floor_of(row), &html! {
                                use href=(format!("#{}", place.id("bars"))) {}
                            }))
                        } @else { span.none { (nothing(row)) } }
                    }
                    div.value { @if let Some(timeline) = &row.timeline { (time(timeline.nanos as f64)) } }
                }
            }
        }
    }
}

fn head(scale: &Scale) -> Markup {
    html! {
        div.strip.axis aria-hidden="true" {
            span.name {}
            div.plot { (axis(scale)) }
            span.value { "took" }
        }
    }
}

fn strip(place: Place, results: &ModelResults, scale: &Scale, most: usize) -> Markup {
    let row = &results.rows[place.row];
    html! {
        div.strip id=(place.id("lanes")) {
            div.name { (name(row, &results.reference)) }
            div.plot {
                @if let Some(timeline) = &row.timeline {
                    @let timeline = Thinned::of(timeline, each(results, most));
                    @let drawn = Drawn::of(&timeline, scale);
                    (drawn.frame(&alternative(row, &timeline), scale, results.floor_of(row), &drawn.bars(place)))
                    p.told {
                        (timeline.summary())
                        @if drawn.own > scale.high() { "; it goes on beyond the axis" }
                    }
                } @else { span.none { (nothing(row)) } }
            }
            div.value { @if let Some(timeline) = &row.timeline { (time(timeline.nanos as f64)) } }
        }
    }
}

/// One row's drawing, whose own duration is always as many units wide.
struct Drawn<'a> {
    timeline: &'a Timeline,
    /// Nanoseconds of [`UNITS`].
    own: f64,
    /// The width in units at which it stands on the axis of all rows.
    width: f64,
    /// Pixels.
    lane: f64,
}

impl<'a> Drawn<'a> {
    fn of(timeline: &'a Thinned<'_>, scale: &Scale) -> Self {
        let timeline = &*timeline.drawn;
        let own = extent(timeline);
        let lanes = timeline.lanes.len().max(1) as f64;
        Self {
            timeline,
            own,
            width: (UNITS * scale.high() / own).round(),
            lane: lane(lanes),
        }
    }

    fn frame(
        &self,
        told: &str,
        scale: &Scale,
        floor: Option<f64>,
        bars: &Markup,
    ) -> Markup {
        let lanes = self.timeline.lanes.len().max(1);
        let height = (self.lane * lanes as f64).ceil();
        let stroke = if self.lane < 3.0 {
            self.lane
        } else {
            self.lane * 0.8
        };
        let floor = floor.filter(|floor| *floor <= scale.high());
        html! {
            svg.lanes role="img" viewBox=(format!("0 0 {} {lanes}", self.width)) preserveAspectRatio="none"
                style=(format!("height:{height}px;--lane:{stroke:.2}px")) {
                title { (told) }
                g.back { (grid(scale, self.width, lanes as f64)) }
                (bars)
                @if let Some(floor) = floor { (floor_line(scale, self.width, lanes as f64, floor)) }
            }
        }
    }

    fn bars(&self, place: Place) -> Markup {
        let mut places = vec![0_usize; self.timeline.lanes.len()];
        let mut paths: [(String, Vec<String>); 3] = Default::default();
        for bar in &self.timeline.bars {
            let (start, end) = (self.units(bar.start), self.units(bar.end));
            let nth = places.get_mut(bar.lane).map_or(0, |nth| {
                *nth += 1;
                *nth
            });
            let (path, texts) = &mut paths[if bar.note.is_some() { 2 } else { nth % 2 }];
            // What is shorter than a unit is still there.
            let length = end.saturating_sub(start).max(1);
            write!(path, "M{start} {}h{length}", bar.lane).expect("a String takes all");
            texts.push(told(bar));
        }
        let lanes: Vec<String> =
            self.timeline.lanes.iter().map(|lane| short(lane)).collect();
        let end = self.units(self.timeline.nanos);
        html! {
            g id=(place.id("bars")) data-nanos=(self.own) data-lanes=(lanes.join("\n")) {
                @for (class, (path, texts)) in ["odd", "even", "noted"].iter().zip(&paths) {
                    @if !path.is_empty() {
                        path class=(class) transform="translate(0 .5)" d=(path) data-tasks=(texts.join("\n")) {}
                    }
                }
                path.end d=(format!("M{end} 0v{}", self.timeline.lanes.len())) {}
            }
        }
    }

    fn units(&self, nanos: u64) -> u64 {
        (nanos as f64 * UNITS / self.own).round() as u64
    }
}

/// A lane's height. Whole pixels have sharp edges, so there are none between as long as
/// the lanes don't take too much room.
fn lane(lanes: f64) -> f64 {
    match HEIGHT / lanes {
        height if height >= 1.0 => height.floor().min(LANE),
        _ if lanes <= 2.0 * HEIGHT => 1.0,
        height => 2.0 * height,
    }
}

/// The axis of all rows, but for those that take far longer than the others: they
/// continue beyond it, as they do in the terminal.
fn scale(results: &ModelResults) -> Option<Scale> {
    let timelines = results.rows.iter().filter_map(|row| row.timeline.as_ref());
    let extents: Vec<f64> = timelines.map(extent).collect();
    shared(&extents).map(Scale::from_zero)
}

/// How many spans of each row are drawn, where the model may have `most`.
fn each(results: &ModelResults, most: usize) -> usize {
    let rows = results.rows.iter().filter(|row| row.timeline.is_some());
    most / rows.count().max(1)
}

fn has_notes(results: &ModelResults) -> bool {
    let timelines = results.rows.iter().filter_map(|row| row.timeline.as_ref());
    timelines
        .flat_map(|timeline| &timeline.bars)
        .any(|bar| bar.note.is_some())
}

/// "a connection", if that is what every lane is.
fn lanes_of(results: &ModelResults) -> String {
    let timelines = results.rows.iter().filter_map(|row| row.timeline.as_ref());
    let kinds: BTreeSet<&str> = timelines.map(kind).collect();
    match kinds.into_iter().collect::<Vec<_>>()[..] {
        [kind] => format!("a {kind}"),
        _ => "a worker or connection".to_owned(),
    }
}

/// What stands for the drawing where it can't be seen.
fn alternative(row: &Row, timeline: &Thinned<'_>) -> String {
    format!("{}: {}", row.name, timeline.summary())
}

fn nothing(row: &Row) -> &'static str {
    match () {
        () if row.samples.is_empty() => "no timeline: no trial of it was checked",
        () if row.kind == Kind::Peer => "no timeline: this peer tells no spans",
        () => "no timeline: its recorded trial told of no work, or failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use measure::results::Bar;

    #[test]
    fn odd_spans_have_a_path_of_their_own() {
        let bar = |lane, end, note| {
            let (task, start) = ("7".to_owned(), 0);
            Bar {
                lane,
                task,
                start,
                end,
                note,
            }
        };
        let lanes = vec!["worker 1".to_owned(), "worker 2".to_owned()];
        let bars = vec![bar(0, 50, None), bar(1, 80, Some("cut".to_owned()))];
        let timeline = Timeline {
            nanos: 100,
            lanes,
            bars,
            left_out: 0,
        };
        let timeline = Thinned::of(&timeline, 10);
        let drawn = Drawn::of(&timeline, &Scale::from_zero(200.0));
        let text = drawn.bars(Place { model: 0, row: 0 }).into_string();
        assert!(
            text.contains(r#"class="noted""#) && text.contains("M0 1h8000"),
            "{text}"
        );
        assert_eq!(drawn.width, 20_000.0);
    }
}
