//! How long a model's items took: percentiles on an axis on which each decade has a tenth
//! as many items beyond it, and the same as a table.
//!
//! Every row is a drawing of its own, as in the chart of times, with the reference's line
//! behind it. All have the same axes, so that heights can be compared.

use maud::{Markup, html};
use measure::{
    latency::{Meaning, SHOWN, Tail, meanings},
    results::{Kind, ModelResults, Row},
    statistics::Verdict,
};

use super::row::{Place, name};
use crate::{
    figure::{ratio_of, time},
    latency::{self, judged, left_out, sentences, shown, tail, title, word},
    scale::{Scale, label},
};

/// A drawing's width in its own units, and its height in pixels.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 64.0;
/// Where the axis begins: a little before the median.
const BEGIN: f64 = 0.2;

/// The section; `None` where no row has any items.
pub(super) fn section(place: usize, results: &ModelResults) -> Option<Markup> {
    let meanings = meanings(results);
    let item = results.item.as_deref().unwrap_or("an item");
    let left_out = left_out(results);
    (!(meanings.is_empty() && left_out.is_empty())).then(|| {
        html! {
            h3 { "Latency of " (item) }
            @if meanings.is_empty() {
                @for line in left_out { p.note { (capital(&line)) "." } }
            }
            // What is due at a rate is judged by its response; of the rest there are figures.
            @for (index, meaning) in meanings.into_iter().enumerate() {
                @if index == 0 { (figure(place, results, meaning)) }
                (table(results, meaning))
                @for line in sentences(results, meaning) { p.note { (capital(&line)) "." } }
            }
        }
    })
}

/// Both axes of the drawings.
struct Axes {
    /// The decades from [`BEGIN`] to the maximum of the most items.
    end: f64,
    time: Scale,
}

impl Axes {
    fn of(results: &ModelResults, meaning: Meaning) -> Option<Self> {
        let rows = || results.rows.iter().filter_map(|row| tails(row, meaning));
        let ends = rows().map(|(items, _)| decade(100.0, items));
        // An interval that is far wider than the rest would flatten them all.
        let tails = rows().flat_map(|(_, tails)| tails);
        let figures = tails.map(|tail| tail.time.median);
        Some(Self {
            end: ends.reduce(f64::max)?,
            time: Scale::over(figures)?,
        })
    }

    /// Where a percentile of so many items stands, from 0 to 1.
    fn share(&self, percent: f64, items: usize) -> f64 {
        (decade(percent, items) - BEGIN) / (self.end - BEGIN)
    }

    fn place(&self, tail: &Tail, items: usize, nanos: f64) -> (f64, f64) {
        let down = 1.0 - self.time.share(nanos);
        (self.share(tail.percent, items) * WIDTH, down * HEIGHT)
    }
}

/// How many decades a percentile is from the first item: 1 of p90, 2 of p99. The maximum
/// stands where half an item is beyond it.
fn decade(percent: f64, items: usize) -> f64 {
    match percent {
        percent if percent < 100.0 => -(1.0 - percent / 100.0).log10(),
        _ => (2.0 * items.max(1) as f64).log10().max(BEGIN + 0.1),
    }
}

fn tails(row: &Row, meaning: Meaning) -> Option<(usize, &[Tail])> {
    let latency = latency::latency(row)?;
    let tails = latency.tails(meaning);
    (!tails.is_empty()).then_some((latency.items, tails))
}

fn ends_of(tail: &Tail) -> (f64, f64) {
    let median = tail.time.median;
    tail.time.interval.unwrap_or((median, median))
}

fn figure(place: usize, results: &ModelResults, meaning: Meaning) -> Markup {
    let Some(axes) = Axes::of(results, meaning) else {
        return html! {};
    };
    let judged = judged(results, meaning);
    let mut rows = results.rows.iter();
    let reference = rows.find(|row| row.name == results.reference);
    let reference = reference.and_then(|row| tails(row, meaning));
    html! {
        figure.chart.tails {
            figcaption { (capital(&title(results, meaning))) ". Upwards is " (upwards(&axes.time)) "; to the right ever fewer items are beyond, a tenth from p90 to p99." }
            div.strip.axis aria-hidden="true" {
                span.name {}
                div.plot {
                    @for percent in shown(results, meaning) {
                        @if percent < 100.0 {
                            span.tick style=(format!("left:{:.2}%", axes.share(percent, 0) * 100.0)) { (latency::name(percent)) }
                        }
                    }
                    span.tick style="left:100%" { "max" }
                }
                span.value { (judged.map_or("max".to_owned(), latency::name)) }
            }
            @for (index, row) in results.rows.iter().enumerate() {
                @if row.summary.is_some() {
                    @let key = Place { model: place, row: index };
                    div.strip id=(key.id("latency")) {
                        div.name { (name(row, &results.reference)) }
                        div.plot { (drawing(row, reference, meaning, &axes)) }
                        div.value { (value(row, meaning, judged)) }
                    }
                }
            }
            p.legend {
                span { span.key.interval {} "median of the rounds and its 95 % interval, which goes on where it reaches the edge" }
                span { span.key.behind {} (results.reference) }
            }
        }
    }
}

fn upwards(scale: &Scale) -> String {
    let ticks: Vec<String> = scale.ticks().into_iter().map(label).collect();
    let axis = match scale.is_logarithmic {
        true => "time, logarithmic",
        false => "time",
    };
    format!("{axis}, with lines at {}", ticks.join(", "))
}

fn value(row: &Row, meaning: Meaning, judged: Option<f64>) -> String {
    let tail = tail(row, meaning, judged.unwrap_or(100.0));
    tail.map_or_else(|| "–".to_owned(), |tail| time(tail.time.median))
}

fn drawing(
    row: &Row,
    reference: Option<(usize, &[Tail])>,
    meaning: Meaning,
    axes: &Axes,
) -> Markup {
    let Some((items, tails)) = tails(row, meaning) else {
        let is_late = latency::latency(row).is_some_and(|latency| latency.of_load > 0);
        let why = match is_late {
            true => "the times of all trials are the load's own",
            false => "reports no items",
        };
        return html! { span.none { (why) } };
    };
    let grid = axes.time.ticks().into_iter().map(|tick| {
        let down = (1.0 - axes.time.share(tick)) * HEIGHT;
        format!("M0 {down:.1}h{WIDTH}")
    });
    let whisker = |tail: &Tail| {
        let (low, high) = ends_of(tail);
        let ((x, low), (_, high)) =
            (axes.place(tail, items, low), axes.place(tail, items, high));
        format!("M{x:.1} {low:.1}V{high:.1}")
    };
    let whiskers = tails.iter().filter(|tail| tail.time.interval.is_some());
    html! {
        svg role="img" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) preserveAspectRatio="none" {
            title { (told(row, tails)) }
            path.grid d=(grid.collect::<String>()) {}
            @if let Some((items, tails)) = reference { path.behind d=(line(axes, items, tails)) {} }
            path.line d=(line(axes, items, tails)) {}
            path.whisker d=(whiskers.map(whisker).collect::<String>()) {}
        }
    }
}

fn line(axes: &Axes, items: usize, tails: &[Tail]) -> String {
    let mut letter = 'M';
    let mut path = String::new();
    for tail in tails {
        let (x, y) = axes.place(tail, items, tail.time.median);
        path += &format!("{letter}{x:.1} {y:.1}");
        letter = 'L';
    }
    path
}

/// A description of the drawing, for readers who hover or can't see it.
fn told(row: &Row, tails: &[Tail]) -> String {
    let is_shown = |tail: &&Tail| SHOWN.contains(&tail.percent);
    let told = tails.iter().filter(is_shown).map(|tail| {
        let name = latency::name(tail.percent);
        let median = time(tail.time.median);
        match tail.time.interval {
            Some((low, high)) => {
                format!("{name} {median} ({} to {})", time(low), time(high))
            }
            None => format!("{name} {median}"),
        }
    });
    format!("{}: {}", row.name, told.collect::<Vec<_>>().join(", "))
}

fn table(results: &ModelResults, meaning: Meaning) -> Markup {
    let percents = shown(results, meaning);
    let judged = judged(results, meaning);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(format!("{}: percentiles", results.name)) {
            table.figures {
                caption { (capital(&title(results, meaning))) "; medians of all rounds" }
                thead {
                    tr {
                        th scope="col" { span.unseen { "row" } }
                        @for percent in &percents { th scope="col" { (latency::name(*percent)) } }
                        @if let Some(percent) = judged {
                            th scope="col" { (latency::name(percent)) " × " code { (results.reference) } }
                            th scope="colgroup" colspan="2" { "95 % interval" }
                            th.word scope="col" { (latency::name(percent)) " is" }
                        }
                    }
                }
                tbody {
                    @for row in &results.rows {
                        @if tails(row, meaning).is_some() {
                            tr class=[(row.kind == Kind::Control).then_some("control")] {
                                th scope="row" { (name(row, &results.reference)) }
                                @for percent in &percents { td { (value(row, meaning, Some(*percent))) } }
                                @if let Some(percent) = judged { (compared(results, row, tail(row, meaning, percent))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The ratio to the reference with its interval, and the verdict.
fn compared(results: &ModelResults, row: &Row, tail: Option<&Tail>) -> Markup {
    let ratio = tail.and_then(|tail| tail.to_reference);
    let interval = ratio.and_then(|ratio| ratio.interval);
    let verdict = tail.and_then(|tail| tail.verdict);
    html! {
        td {
            @if let Some(ratio) = ratio { (ratio_of(ratio.median)) }
            @else if row.name == results.reference { "1" }
        }
        td.interval { @if let Some((low, _)) = interval { (ratio_of(low)) } }
        td.interval { @if let Some((_, high)) = interval { "to " (ratio_of(high)) } }
        td.word { @if let Some(verdict) = verdict { span class=(class(verdict)) { (told_verdict(verdict)) } } }
    }
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::Tie => "tie",
        Verdict::Unknown => "unknown",
    }
}

fn told_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "can't say",
        verdict => word(verdict),
    }
}

/// The same words as a sentence.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use measure::{
        mock::{Items, Machine, Mock, run},
        progress::Progress,
    };

    use super::*;

    fn compared(items: Option<Items>) -> ModelResults {
        let machine = Machine {
            name: "none",
            round: 0.01,
            persistence: 0.0,
            reference: 0.01,
            trial: 0.01,
            tail: 0.0,
        };
        let mut mock = Mock::new(machine, &[("slow", 2.0)], 1);
        mock.items = items;
        run(mock, 8, 1, &Progress::shown())
    }

    const ITEMS: Items = Items {
        count: 100,
        spread: 0.1,
        stalls: 0.0,
        run: 0,
        stall: 1.0,
    };

    #[test]
    fn without_items_there_is_nothing() {
        assert!(section(0, &compared(None)).is_none());
    }

    #[test]
    fn a_decade_has_a_tenth_as_many_items_beyond() {
        for (percent, at) in [(90.0, 1.0), (99.0, 2.0), (99.9, 3.0)] {
            assert!((decade(percent, 0) - at).abs() < 1e-9, "{percent}");
        }
        // Even of as many items as a percentile needs, the maximum is beyond it.
        assert!(decade(100.0, 100) > decade(99.0, 100));
    }

    #[test]
    fn every_row_is_drawn_and_compared() {
        let results = compared(Some(ITEMS));
        let section = section(0, &results).expect("there are items").into_string();
        assert_eq!(section.matches("<svg").count(), 3);
        for words in [">p99<", "slow: p50 202 ms (", "class=\"slower\">higher<"] {
            assert!(section.contains(words), "no {words}: {section}");
        }
        assert!(!section.contains("p99.9<"), "100 items have none");
        assert!(!section.contains("NaN"), "{section}");
    }

    #[test]
    fn a_row_whose_trials_are_the_load_s_says_so() {
        let mut results = compared(Some(ITEMS));
        latency::make_late(&mut results, &[("slow", 8)]);
        let section = section(0, &results).expect("there are items").into_string();
        assert_eq!(section.matches("<svg").count(), 2);
        let why = "the times of all trials are the load's own";
        for words in [
            format!("\"none\">{why}<"),
            format!("No figures, as {why}: slow."),
        ] {
            assert!(section.contains(&words), "no {words}: {section}");
        }
        let names: Vec<_> = results.rows.iter().map(|row| row.name.clone()).collect();
        let all: Vec<_> = names.iter().map(|name| (&**name, 8)).collect();
        latency::make_late(&mut results, &all);
        let section = super::section(0, &results).expect("all are late");
        let section = section.into_string();
        assert!(
            section.contains(&format!("No figures, as {why}: ")),
            "{section}"
        );
    }

    /// One item has a maximum, and no percentile; all rows may take the same.
    #[test]
    fn one_item_is_drawn() {
        let one = Items {
            count: 1,
            spread: 0.0,
            ..ITEMS
        };
        let section = section(0, &compared(Some(one))).expect("there are items");
        let section = section.into_string();
        assert!(
            !section.contains("NaN") && !section.contains("inf"),
            "{section}"
        );
        assert!(section.contains("p99 needs 100"), "{section}");
    }
}
