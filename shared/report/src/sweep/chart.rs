//! One quantity against the size on logarithmic axes, as an SVG: one line per variant.
//!
//! Lines differ by marker and dash as well as by colour. Text and axes are of the colour of
//! the text around; the lines' colours are the variables `--line-0` to `--line-9`.

use std::fmt::Write;

use maud::html;
use measure::sweep::{
    knee::{Knee, Limit},
    results::{Line, Quantity, Sweep},
};

use crate::{scale::Scale, sweep::sentences};

/// What the classes look like, in the light and in the dark.
pub(crate) const STYLE: &str = include_str!("chart.css");

const WIDTH: f64 = 760.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 550.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 330.0;
/// From one line of text to the next.
const LEADING: f64 = 18.0;
/// Letters of a reason that fit below the chart.
const REASON: usize = 100;

/// A side of the chart, from one place to another, with its scale.
struct Side {
    scale: Scale,
    ends: (f64, f64),
}

impl Side {
    fn of(scale: Scale, ends: (f64, f64)) -> Self {
        Self { scale, ends }
    }

    /// Where a figure stands.
    fn place(&self, figure: f64) -> f64 {
        let (start, end) = self.ends;
        start + self.scale.share(figure) * (end - start)
    }
}

/// The chart of that quantity; `None` if nothing is known of it.
pub(crate) fn render(sweep: &Sweep, quantity: Quantity) -> Option<String> {
    let (x, y) = axes(sweep, quantity)?;
    let mut body = String::new();
    draw_axes(&mut body, sweep, quantity, &x, &y);
    if quantity == Quantity::Time {
        for bound in &sweep.bounds {
            let marks = bound.marks.iter().map(|(n, nanos)| (*n as f64, *nanos));
            let path = path(&x, &y, marks);
            add(&mut body, &format!("<path class=\"bound\" d=\"{path}\"/>"));
            // Where lines have begun to part and are not yet crowded.
            if let Some((n, nanos)) = bound.marks.first() {
                let place = (x.place(*n as f64), y.place(*nanos) - 6.0);
                text(&mut body, "bound-name", "start", place, &bound.name);
            }
        }
    }
    let limit = sweep.limit.as_ref().filter(|_| quantity == Quantity::P99);
    if let Some(limit) = limit {
        draw_limit(&mut body, limit, &y);
    }
    for (index, line) in sweep.lines.iter().enumerate() {
        draw_line(&mut body, index, line, quantity, &x, &y);
    }
    if let Some(limit) = limit {
        draw_knees(&mut body, sweep, limit, &x, &y);
    }
    let names = names(&mut body, sweep, quantity, &y);
    let ends = draw_ends(&mut body, sweep);
    let height = (BOTTOM + 58.0 + ends as f64 * LEADING).max(names + 8.0);
    let label = format!(
        "{} of {} over {}",
        quantity.name(),
        sweep.model,
        sweep.field
    );
    let label = escape(&label);
    Some(format!(
        "<svg class=\"sweep\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{label}, on logarithmic axes\">\n{body}</svg>\n"
    ))
}

/// What would be read as markup, as text.
fn escape(text: &str) -> String {
    html! { (text) }.into_string()
}

fn add(body: &mut String, element: &str) {
    writeln!(body, "{element}").expect("a String takes all");
}

fn text(body: &mut String, class: &str, anchor: &str, (x, y): (f64, f64), text: &str) {
    let text = escape(text);
    add(
        body,
        &format!(
            "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{x:.1}\" \
             y=\"{y:.1}\">{text}</text>"
        ),
    );
}

fn axes(sweep: &Sweep, quantity: Quantity) -> Option<(Side, Side)> {
    let marks = sweep.lines.iter().flat_map(|line| &line.marks);
    let estimates = marks.filter_map(|mark| quantity.of(mark));
    let mut values: Vec<f64> = estimates
        .flat_map(|estimate| {
            let (low, high) = estimate
                .interval
                .unwrap_or((estimate.median, estimate.median));
            [low, estimate.median, high]
        })
        .collect();
    if quantity == Quantity::Time {
        let bounds = sweep.bounds.iter().flat_map(|bound| &bound.marks);
        values.extend(bounds.map(|(_, nanos)| nanos));
    }
    let limit = sweep.limit.iter().filter(|_| quantity == Quantity::P99);
    values.extend(limit.map(|limit| limit.nanos));
    let sizes = sweep.points.iter().map(|point| point.value as f64);
    let mut scale = Scale::logarithmic(sizes)?;
    if begins_at_zero(sweep) {
        scale = scale.with_zero();
    }
    Some((
        Side::of(scale, (LEFT, RIGHT)),
        Side::of(Scale::logarithmic(values)?, (BOTTOM, TOP)),
    ))
}

fn begins_at_zero(sweep: &Sweep) -> bool {
    sweep.points.first().is_some_and(|point| point.value == 0)
}

fn draw_axes(body: &mut String, sweep: &Sweep, quantity: Quantity, x: &Side, y: &Side) {
    for tick in y.scale.ticks() {
        let at = y.place(tick);
        let line = format!("M{LEFT} {at:.1}H{RIGHT}");
        add(body, &format!("<path class=\"grid\" d=\"{line}\"/>"));
        let figure = sentences::figure(quantity, tick).replace(".00 ", " ");
        let figure = figure.replace(".0 ", " ");
        text(body, "step", "end", (LEFT - 6.0, at + 4.0), &figure);
    }
    for tick in x.scale.ticks() {
        // Halves between whole sizes are none.
        if tick.fract() != 0.0 {
            continue;
        }
        let at = x.place(tick);
        let line = format!("M{at:.1} {TOP}V{BOTTOM}");
        add(body, &format!("<path class=\"grid\" d=\"{line}\"/>"));
        let size = sentences::whole(tick as u64);
        text(body, "step", "middle", (at, BOTTOM + 16.0), &size);
    }
    if begins_at_zero(sweep) {
        text(body, "step", "middle", (x.place(0.0), BOTTOM + 16.0), "0");
    }
    let frame = format!("M{LEFT} {TOP}V{BOTTOM}H{RIGHT}");
    add(body, &format!("<path class=\"axis\" d=\"{frame}\"/>"));
    let middle = f64::midpoint(LEFT, RIGHT);
    text(
        body,
        "title",
        "middle",
        (middle, BOTTOM + 36.0),
        &sweep.field,
    );
}

fn path(x: &Side, y: &Side, marks: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (n, value) in marks.filter(|(_, value)| *value > 0.0) {
        let letter = if path.is_empty() { 'M' } else { 'L' };
        write!(path, "{letter}{:.1} {:.1}", x.place(n), y.place(value))
            .expect("a String takes all");
    }
    path
}

fn draw_line(
    body: &mut String,
    index: usize,
    line: &Line,
    quantity: Quantity,
    x: &Side,
    y: &Side,
) {
    let marks: Vec<_> = line
        .marks
        .iter()
        .filter_map(|mark| Some((mark.value, quantity.of(mark)?)))
        .filter(|(_, estimate)| estimate.median > 0.0)
        .collect();
    let colour = index % 10;
    add(body, &format!("<g class=\"line colour-{colour}\">"));
    let dash = DASHES[index % DASHES.len()];
    // Across what is no figure of the variant no line is drawn.
    let parts = line
        .marks
        .split(|mark| sentences::is_of_load(mark, quantity));
    let d: String = parts
        .map(|part| {
            let points = part
                .iter()
                .filter_map(|mark| Some((mark.value, quantity.of(mark)?.median)));
            path(x, y, points.map(|(n, median)| (n as f64, median)))
        })
        .collect();
    add(
        body,
        &format!("<path d=\"{d}\" stroke-dasharray=\"{dash}\"/>"),
    );
    for &(n, estimate) in &marks {
        let (at, median) = (x.place(n as f64), y.place(estimate.median));
        if let Some((low, high)) = estimate.interval.filter(|(low, _)| *low > 0.0) {
            let (low, high) = (y.place(low), y.place(high));
            let left = at - 3.0;
            let whisker = format!(
                "M{at:.1} {low:.1}V{high:.1}M{left:.1} {low:.1}h6M{left:.1} {high:.1}h6"
            );
            add(body, &format!("<path class=\"whisker\" d=\"{whisker}\"/>"));
        }
        let told = sentences::with_interval(quantity, estimate);
        let told = format!("{} at {}: {told}", line.name, sentences::whole(n));
        add(body, &marker(index, at, median, &told));
    }
    if let (Some(end), Some((n, last))) = (&line.end, marks.last()) {
        let (at, y) = (x.place(*n as f64) + 11.0, y.place(last.median));
        let (left, top) = (at - 5.0, y - 5.0);
        let cross = format!("M{left:.1} {top:.1}l10 10m0-10l-10 10");
        let why = escape(&format!("{} ends at {}: {}", line.name, end.value, end.why));
        add(
            body,
            &format!("<path class=\"end\" d=\"{cross}\"><title>{why}</title></path>"),
        );
    }
    add(body, "</g>");
}

/// The limit, with its figure at the right end, where lines that pass it are above it.
fn draw_limit(body: &mut String, limit: &Limit, y: &Side) {
    let at = y.place(limit.nanos);
    let line = format!("M{LEFT} {at:.1}H{RIGHT}");
    add(body, &format!("<path class=\"limit\" d=\"{line}\"/>"));
    let figure = sentences::figure(Quantity::P99, limit.nanos);
    let name = format!("limit {figure}");
    text(body, "bound-name", "end", (RIGHT - 4.0, at + 14.0), &name);
}

/// From the interval of one knee to the next, so that none hides another.
const KNEES_APART: f64 = 3.0;

/// Where lines leave the floor: a ring on the limit, and its interval, which ends without a
/// stroke where it is open. What has no place has no ring.
fn draw_knees(body: &mut String, sweep: &Sweep, limit: &Limit, x: &Side, y: &Side) {
    let knees = sweep.lines.iter().enumerate();
    let knees: Vec<(usize, &Line, Knee)> = knees
        .filter_map(|(index, line)| Some((index, line, line.knee?)))
        .filter(|(.., knee)| knee.rate.place().is_some())
        .collect();
    let middle = (knees.len() as f64 - 1.0) / 2.0;
    for (place, (index, line, knee)) in knees.iter().enumerate() {
        let Some(rate) = knee.rate.place() else {
            continue;
        };
        let at = (x.place(rate), y.place(limit.nanos));
        add(body, &format!("<g class=\"line colour-{}\">", index % 10));
        if let Some(interval) = knee.interval {
            let across = at.1 + (place as f64 - middle) * KNEES_APART;
            let (from, to) = (
                interval.from.map_or(LEFT, |from| x.place(from)),
                interval.to.map_or(RIGHT, |to| x.place(to)),
            );
            let mut d = format!("M{from:.1} {across:.1}H{to:.1}");
            let ends = [interval.from.map(|_| from), interval.to.map(|_| to)];
            for end in ends.into_iter().flatten() {
                let top = across - 3.0;
                write!(d, "M{end:.1} {top:.1}v6").expect("a String takes all");
            }
            add(body, &format!("<path class=\"whisker\" d=\"{d}\"/>"));
        }
        let (left, middle) = (at.0 - 6.0, at.1);
        let ring = format!("M{left:.1} {middle:.1}a6 6 0 1 0 12 0a6 6 0 1 0-12 0z");
        let told = escape(&sentences::knee_in_full(line).unwrap_or_default());
        add(
            body,
            &format!("<path class=\"knee\" d=\"{ring}\"><title>{told}</title></path>"),
        );
        add(body, "</g>");
    }
}

/// Dashes are a second difference between lines, beside their markers.
const DASHES: [&str; 4] = ["none", "7 3", "2 3", "9 3 2 3"];

/// Shapes around their middle. Every second time round they are hollow.
const MARKERS: [&str; 6] = [
    "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "m-3.5-3.5h7v7h-7z",
    "m0-5l4.5 8h-9z",
    "m0-5l5 5l-5 5l-5-5z",
    "m0 5l4.5-8h-9z",
    "m-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z",
];

fn marker(index: usize, x: f64, y: f64, told: &str) -> String {
    let shape = MARKERS[index % MARKERS.len()];
    let hollow = match (index / MARKERS.len()).is_multiple_of(2) {
        true => "",
        false => " hollow",
    };
    let told = escape(told);
    format!(
        "<path class=\"marker{hollow}\" d=\"M{x:.1} {y:.1}{shape}\">\
         <title>{told}</title></path>"
    )
}

/// Writes the name of each line, in the order in which the lines end. Returns the
/// position below the last name.
fn names(body: &mut String, sweep: &Sweep, quantity: Quantity, y: &Side) -> f64 {
    let last = |line: &Line| {
        let estimate = line.marks.iter().rev().find_map(|mark| quantity.of(mark))?;
        Some((line.marks.last()?.value, y.place(estimate.median)))
    };
    let mut lines: Vec<_> = sweep
        .lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| Some((last(line)?, index, line)))
        .collect();
    lines.sort_by(|a, b| a.0.1.total_cmp(&b.0.1).then(a.1.cmp(&b.1)));
    let mut at = TOP + 6.0;
    for (_, index, line) in lines {
        add(body, &format!("<g class=\"line colour-{}\">", index % 10));
        let (from, to) = (RIGHT + 26.0, RIGHT + 58.0);
        let dash = DASHES[index % DASHES.len()];
        add(
            body,
            &format!("<path d=\"M{from} {at}H{to}\" stroke-dasharray=\"{dash}\"/>"),
        );
        let name = sentences::name(line);
        add(body, &marker(index, f64::midpoint(from, to), at, &name));
        add(body, "</g>");
        let sign = if line.end.is_some() { " ×" } else { "" };
        let name = name + sign;
        text(body, "name", "start", (to + 8.0, at + 4.0), &name);
        at += LEADING;
    }
    at
}

/// Writes where lines end before the others. Returns how many lines that takes.
fn draw_ends(body: &mut String, sweep: &Sweep) -> usize {
    let ends = sentences::ends(sweep);
    for (index, end) in ends.iter().enumerate() {
        let mut short: String = end.chars().take(REASON).collect();
        if short.len() < end.len() {
            short.push('…');
        }
        let at = (LEFT, BOTTOM + 60.0 + index as f64 * LEADING);
        text(body, "reason", "start", at, &format!("× {short}"));
    }
    ends.len()
}

#[cfg(test)]
mod tests;
