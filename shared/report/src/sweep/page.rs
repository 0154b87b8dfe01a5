//! A sweep as a page of its own: a chart for each quantity, and its table beneath.

use maud::{Markup, PreEscaped, html};
use measure::sweep::results::{Line, Point, Quantity, Sweep};

use crate::{
    page::{
        frame,
        made_with::{line, made_with},
    },
    sweep::{chart, sentences},
};

/// The whole page.
pub(crate) fn render(sweep: &Sweep) -> String {
    let body = html! {
        a.skip href="#sweep" { "Skip to the charts" }
        header {
            h1 { (sentences::title(sweep)) }
            p.quiet { (line(&sweep.host, sweep.started)) }
            @if sweep.interrupted {
                p.warning { "This sweep was interrupted: what follows is what was done until then." }
            }
            @if sweep.host.profile == "debug" {
                p.warning { "This was a debug build: its figures mean little." }
            }
            p { (sweep.about) }
        }
        main id="sweep" tabindex="-1" {
            dl.notes {
                @for (name, lines) in notes(sweep) {
                    @if !lines.is_empty() { dt { (name) } }
                    @for line in lines { dd { (line) } }
                }
            }
            @for quantity in Quantity::all(sweep) {
                @if let Some(chart) = chart::render(sweep, quantity) {
                    @let heading = sentences::meaning(sweep, quantity);
                    section.model {
                        h2 { (heading) }
                        div.scroll tabindex="0" role="region" aria-label=(heading) {
                            (PreEscaped(chart))
                        }
                        (table(sweep, quantity))
                    }
                }
            }
        }
        footer {
            (made_with(&sweep.command, sweep.started, &sweep.host, &rounds(sweep)))
            p.quiet {
                "Points are medians, whiskers their 95 % intervals. How growth is fitted, and crossings and knees are placed, is in "
                code { "docs/src/sweeps.md" } "."
            }
        }
    };
    frame(&sentences::title(sweep), chart::STYLE, &body)
}

fn notes(sweep: &Sweep) -> [(&'static str, Vec<String>); 6] {
    [
        ("Knees", sentences::knees(sweep)),
        ("Crossings in time", sentences::crossings(sweep)),
        ("One core", sentences::one_core(sweep)),
        ("Ends", sentences::ends(sweep)),
        ("Failures", sentences::failures(sweep)),
        ("Languages", sentences::languages(sweep)),
    ]
}

/// Medians with their intervals, and the growth that they show, or of p99 the knee.
fn table(sweep: &Sweep, quantity: Quantity) -> Markup {
    let is_p99 = quantity == Quantity::P99;
    let has_knees = is_p99 && sweep.limit.is_some();
    let label = format!("{} by {}", quantity.name(), sweep.field);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table.figures {
                caption { "Medians of all rounds, with their 95 % intervals" }
                thead {
                    tr {
                        th scope="col" { (sweep.field) }
                        @if has_knees { th scope="col" { "knee" } }
                        @if !is_p99 { th scope="col" { "growth" } }
                        @for point in &sweep.points {
                            th scope="col" { (sentences::whole(point.value)) }
                        }
                    }
                }
                tbody {
                    @for line in sweep.lines.iter().filter(|line| !line.is_not_installed) {
                        tr {
                            th scope="row" { code { (sentences::name(line)) } }
                            @if has_knees { td { (knee(line)) } }
                            @if !is_p99 { td { (sentences::growth(quantity, line)) } }
                            @for point in &sweep.points { td { (cell(line, point, quantity)) } }
                        }
                    }
                }
            }
        }
    }
}

fn knee(line: &Line) -> Markup {
    let interval = line.knee.as_ref().and_then(sentences::knee_interval);
    html! {
        (sentences::knee(line))
        @if let Some(interval) = interval {
            br; span.interval { (interval) }
        }
    }
}

fn cell(line: &Line, point: &Point, quantity: Quantity) -> Markup {
    let is_end = |value| value == point.value;
    let mark = line.marks.iter().find(|mark| mark.value == point.value);
    let estimate = mark.and_then(|mark| quantity.of(mark));
    html! {
        @if line.end.as_ref().is_some_and(|end| is_end(end.value)) { "ends" }
        @else if mark.is_some_and(|mark| sentences::is_of_load(mark, quantity)) {
            "late"
        }
        @else if let Some(estimate) = estimate {
            (sentences::figure(quantity, estimate.median))
            @if let Some(interval) = sentences::interval(quantity, estimate) {
                br; span.interval { (interval) }
            }
        }
    }
}

fn rounds(sweep: &Sweep) -> Markup {
    let rounds = sweep.points.iter().map(|point| point.results.rounds);
    let (fewest, most) = (rounds.clone().min().unwrap_or(0), rounds.max().unwrap_or(0));
    html! {
        dt { (sweep.model) }
        dd { (fewest) " to " (most) " rounds a size" }
    }
}
