//! One model's part of the page.

use std::collections::BTreeMap;

use maud::{Markup, html};
use measure::results::{Kind, ModelResults, Row};

use super::{
    chart,
    code::{self, Sources},
    cures, figures, lanes,
    packed::Packed,
    tails,
};
use crate::{
    figure::time,
    notes::{ALIKE, DIFFERENT, SAME, many_ties, near, of_peers},
    seen, survey,
    table::{other_floors, rounds},
};

/// Spans that are drawn of a model, and fewer where these would make too large a page.
const SPANS: [usize; 6] = [5000, 2500, 1200, 600, 300, 100];
/// Bytes of a model's section, without what is packed. A page of eleven is below 1.5 MB.
const BYTES: usize = 90_000;

/// The section of a model, at its place in the results.
pub(super) fn section(
    place: usize,
    results: &ModelResults,
    versions: &BTreeMap<String, String>,
    packed: &mut Packed,
) -> Markup {
    let sources = Sources::of(results);
    let code = Code {
        changes: packed.add(sources.changes()),
        cures: cures::cures(place, results, packed),
        files: code::files(place, results, &sources, packed),
        sources,
        of_peers: of_peers(results, versions),
    };
    let mut sections = SPANS
        .iter()
        .map(|most| section_with(place, results, *most, &code));
    let fits = sections.find(|section| section.0.len() <= BYTES);
    fits.unwrap_or_else(|| section_with(place, results, SPANS[SPANS.len() - 1], &code))
}

/// What is the same however many spans are drawn.
struct Code<'a> {
    sources: Sources<'a>,
    changes: usize,
    cures: Option<Markup>,
    files: Markup,
    of_peers: Option<String>,
}

fn section_with(
    place: usize,
    results: &ModelResults,
    most: usize,
    code: &Code<'_>,
) -> Markup {
    html! {
        section.model id=(results.name) data-model=(results.name) aria-labelledby=(format!("model-{place}")) {
            h2 id=(format!("model-{place}")) { (results.name) }
            p.about { (results.about) "." }
            p.job { strong { "The job: " } (results.job) ". " span.quiet { (rounds(results)) "." } }
            (floor(results))
            @if results.rounds == 0 { p.warning { "It was interrupted before its first round was over." } }
            h3 { "Time" }
            (chart::chart(place, results))
            h3 { "Cost" }
            (figures::figures(place, results))
            (notes(results, code.of_peers.as_deref()))
            @if let Some(tails) = tails::section(place, results) { (tails) }
            @if let Some(survey) = survey::markup(results) { (survey) }
            h3 { "Timelines" }
            (lanes::timelines(place, results, most))
            @if let Some(cures) = &code.cures { (cures) }
            h3 { "Code side by side" }
            (code::code(place, results, most, &code.sources, code.changes, &code.files))
        }
    }
}

fn floor(results: &ModelResults) -> Markup {
    html! {
        p.floor-reason {
            strong { "The floor: " }
            @match (results.floor(), results.floors.last()) {
                (Some(nanos), Some(floor)) => {
                    (time(nanos)) " (" (floor.reason) ")."
                    @if let Some(deadline) = floor.missed() {
                        " No row keeps the deadline of " (time(deadline as f64)) "."
                    }
                    @for (rows, nanos, reason) in other_floors(results) {
                        " That of " (rows) ": " (time(nanos)) " (" (reason) ")."
                    }
                }
                _ => { "none; nothing that is known bounds this job from below." }
            }
        }
    }
}

fn notes(results: &ModelResults, of_peers: Option<&str>) -> Markup {
    let seen = seen::words(results);
    let ties = near(results).into_iter().chain(many_ties(results));
    let ties: Vec<String> = ties.collect();
    let failing: Vec<&Row> = results
        .rows
        .iter()
        .filter(|row| !row.failures.is_empty() && !row.is_not_installed)
        .collect();
    html! {
        dl.notes {
            @if !seen.same.is_empty() {
                dt { (capital(SAME)) }
                dd { (seen.same.join(", ")) }
            }
            @if !seen.alike.is_empty() {
                dt { (capital(ALIKE)) }
                dd { (seen.alike.join(", ")) }
            }
            @if !seen.different.is_empty() {
                dt { (capital(DIFFERENT)) ": " (seen.legend) }
                @for fact in seen.different { dd { (fact) } }
            }
            @if let Some(of_peers) = of_peers {
                dt { "Languages" }
                dd { (of_peers) }
            }
            @if !ties.is_empty() {
                dt { "Ties" }
                @for tie in ties { dd { (tie) } }
            }
            @if results.rows.iter().any(|row| row.another_job.is_some()) {
                dt { "Another job" }
                @for row in results.rows.iter().filter(|row| row.kind != Kind::Control) {
                    @if let Some(what) = &row.another_job { dd { code { (row.name) } ": " (what) } }
                }
            }
            @if results.rows.iter().any(|row| !row.deviations.is_empty()) {
                dt { "Deviations" }
                @for row in results.rows.iter().filter(|row| row.kind != Kind::Control) {
                    @for (case, deviated) in &row.deviations {
                        dd { code { (row.name) } " (" (case) "): " (deviated.why) ". Declared: " (deviated.reason) "." }
                    }
                }
            }
            @if !failing.is_empty() {
                dt { "Failures" }
                @for row in failing {
                    @for (why, rounds) in by_reason(row) {
                        dd {
                            code { (row.name) } ": " (why)
                            " (" (counted(&rounds)) ")"
                        }
                    }
                    @if let Some(words) = row.last_words.values().last() {
                        @if !words.stderr.is_empty() {
                            dd {
                                details {
                                    summary { "the end of its standard error" }
                                    pre { (words.stderr) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The same words as a title.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// A row's failures, each reason once with its rounds.
fn by_reason(row: &Row) -> BTreeMap<&str, Vec<usize>> {
    let mut reasons: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (round, why) in &row.failures {
        reasons.entry(why).or_default().push(round + 1);
    }
    reasons
}

fn counted(rounds: &[usize]) -> String {
    let word = if rounds.len() == 1 { "round" } else { "rounds" };
    let rounds: Vec<String> = rounds.iter().map(ToString::to_string).collect();
    format!("{word} {}", rounds.join(", "))
}
