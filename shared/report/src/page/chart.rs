//! A model's samples as dots, with each row's median and interval, and the floor.
//!
//! Every row is a drawing of its own that is stretched to the width there is; dots are
//! strokes without length, which keep their shape when the rest is stretched. So the text
//! around them is the page's own, and the same at every width.

use maud::{Markup, html};
use measure::results::{ModelResults, Row};

use super::row::{Place, name};
use crate::figure::time;
use crate::scale::{Scale, label};

/// A drawing's width in its own units, and its height in pixels.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 32.0;
/// Dots of a row. Of more samples, these are enough to see how they lie.
const DOTS: usize = 200;

/// The chart of a model; without samples, a line that explains why there is none.
pub(super) fn chart(place: usize, results: &ModelResults) -> Markup {
    let samples = results.rows.iter().flat_map(|row| &row.samples);
    let times: Vec<f64> = samples.map(|sample| sample.nanos as f64).collect();
    let floor = results.floor();
    let floors = results.rows.iter().filter_map(|row| results.floor_of(row));
    let scale = match times.is_empty() {
        true => None,
        false => Scale::over(times.into_iter().chain(floor).chain(floors)),
    };
    let Some(scale) = scale else {
        return html! { p { "No trial was checked, so there is nothing to draw." } };
    };
    let noisy: Vec<usize> = results.noisy.iter().map(|noisy| noisy.round).collect();
    html! {
        figure.chart {
            figcaption { (caption(&scale)) }
            div.strip.axis aria-hidden="true" {
                span.name {}
                div.plot { (axis(&scale)) @if let Some(floor) = floor { (floor_label(&scale, floor)) } }
                span.value { "median" }
            }
            @for (index, row) in results.rows.iter().enumerate() {
                @let place = Place { model: place, row: index };
                div.strip id=(place.id("samples")) {
                    div.name { (name(row, &results.reference)) }
                    div.plot { (drawing(row, &scale, results.floor_of(row), &noisy)) }
                    div.value { (value(row)) }
                }
            }
            p.legend {
                span { span.key.dot {} "a sample" }
                @if !noisy.is_empty() { span { span.key.hollow {} "in a noisy round" } }
                span { span.key.interval {} "median and its 95 % interval" }
                @if floor.is_some() { span { span.key.floor {} "the floor" } }
            }
            @if !noisy.is_empty() { p.note { (noise(results)) } }
            @if results.rows.iter().any(|row| row.samples.len() > DOTS) {
                p.note { "Of more than " (DOTS) " samples of a row, every second, third or so has a dot; the figures are of all." }
            }
        }
    }
}

/// The ticks of a scale, for the top of a plot.
pub(super) fn axis(scale: &Scale) -> Markup {
    html! {
        @for tick in scale.ticks() {
            span.tick style=(format!("left:{:.2}%", scale.share(tick) * 100.0)) { (label(tick)) }
        }
    }
}

/// Lines at the ticks of a drawing.
pub(super) fn grid(scale: &Scale, width: f64, height: f64) -> Markup {
    let ticks = scale.ticks().into_iter();
    let lines: String = ticks.map(|tick| line(scale, width, height, tick)).collect();
    html! { path.grid d=(lines) {} }
}

/// The floor's line in a drawing, on a ground of its own where it crosses bars.
pub(super) fn floor_line(scale: &Scale, width: f64, height: f64, floor: f64) -> Markup {
    let line = line(scale, width, height, floor);
    html! { path.halo d=(line) {} path.floor d=(line) {} }
}

fn line(scale: &Scale, width: f64, height: f64, figure: f64) -> String {
    format!("M{:.1} 0v{height}", scale.share(figure) * width)
}

fn caption(scale: &Scale) -> String {
    let axis = match () {
        () if scale.is_logarithmic => {
            "on a logarithmic axis: equal steps are equal factors"
        }
        () if scale.begins_at_zero() => "on a linear axis from zero",
        () => "on a linear axis that does not begin at zero",
    };
    format!("Time of every trial, {axis}. Less is better.")
}

fn floor_label(scale: &Scale, floor: f64) -> Markup {
    let share = scale.share(floor);
    let side = if share > 0.7 {
        "floor-label left"
    } else {
        "floor-label"
    };
    html! {
        span class=(side) style=(format!("left:{:.2}%", share * 100.0)) { "floor " (time(floor)) }
    }
}

fn drawing(row: &Row, scale: &Scale, floor: Option<f64>, noisy: &[usize]) -> Markup {
    let at = |nanos: f64| scale.share(nanos) * WIDTH;
    let dots = |is_noisy: bool| -> String {
        let every = row.samples.len().div_ceil(DOTS).max(1);
        let samples = row.samples.iter().enumerate().step_by(every);
        let samples = samples.filter(|(_, s)| noisy.contains(&s.round) == is_noisy);
        // Three heights, so that samples of one time don't hide each other.
        let dot = |(index, sample): (usize, &measure::results::Sample)| {
            let height = 7 + index % 3 * 4;
            format!("M{:.1} {height}h0", at(sample.nanos as f64))
        };
        samples.map(dot).collect()
    };
    html! {
        svg role="img" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) preserveAspectRatio="none" {
            title { (told(row)) }
            (grid(scale, WIDTH, HEIGHT))
            @if let Some(floor) = floor { (floor_line(scale, WIDTH, HEIGHT, floor)) }
            path.dots d=(dots(false)) {}
            @let noisy = dots(true);
            @if !noisy.is_empty() { path.dots d=(noisy) {} path.hole d=(noisy) {} }
            @if let Some(summary) = &row.summary {
                @if let Some((low, high)) = summary.time.interval {
                    path.interval d=(format!("M{:.1} 24H{:.1}", at(low), at(high))) {}
                }
                path.median d=(format!("M{:.1} 19v10", at(summary.time.median))) {}
            }
        }
        @if row.samples.is_empty() { span.none { (nothing(row)) } }
    }
}

fn value(row: &Row) -> String {
    row.summary
        .as_ref()
        .map_or_else(|| "–".to_owned(), |summary| time(summary.time.median))
}

fn nothing(row: &Row) -> &'static str {
    match () {
        () if row.is_not_installed => "not installed",
        () if row.failures.is_empty() => "not run",
        () => "no trial was checked; see below",
    }
}

/// A description of the drawing, for readers who hover or can't see it.
fn told(row: &Row) -> String {
    let times = row.samples.iter().map(|sample| sample.nanos);
    let (Some(summary), Some(least), Some(most)) =
        (&row.summary, times.clone().min(), times.max())
    else {
        return format!("{}: {}", row.name, nothing(row));
    };
    let interval = match summary.time.interval {
        Some((low, high)) => format!(", 95 % interval {} to {}", time(low), time(high)),
        None => ", too few samples for an interval".to_owned(),
    };
    let count = row.samples.len();
    let samples = match count {
        1 => "1 sample".to_owned(),
        count => format!(
            "{count} samples from {} to {}",
            time(least as f64),
            time(most as f64)
        ),
    };
    format!(
        "{}: median {}{interval}; {samples}",
        row.name,
        time(summary.time.median)
    )
}

fn noise(results: &ModelResults) -> String {
    let rounds = results.noisy.iter();
    let rounds: Vec<String> = rounds
        .map(|noisy| format!("{} ({})", noisy.round + 1, noisy.why))
        .collect();
    format!(
        "Noisy rounds, whose samples are kept and count like all: {}.",
        rounds.join("; ")
    )
}
