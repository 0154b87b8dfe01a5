//! A model's figures as a table: what each row took, and how it compares.

use std::collections::BTreeMap;

use maud::{Markup, html};
use measure::{
    results::{Kind, ModelResults, Row},
    seen,
    statistics::{Estimate, Verdict},
};

use super::row::{Place, name};
use crate::{
    figure::{digits, megabytes, ratio_of, time, word},
    groups,
    notes::missed,
};

/// Every row of a model, and how to read them.
pub(super) fn figures(place: usize, results: &ModelResults) -> Markup {
    let rows = (0..results.rows.len()).map(|row| Place { model: place, row });
    html! {
        (table(results, "Medians of all rounds", rows))
        p.note {
            @if !results.floors.is_empty() { "× floor: the time ÷ the least that the job can take. " }
            "× " code { (results.reference) } ": the time ÷ that of " code { (results.reference) } " in the same round; the true ratio lies within the interval 95 times in a hundred. "
            @if results.resolution.is_some() {
                "Faster or slower: the interval leaves out 1, and the difference is more than noise. "
            }
            @if results.rows.iter().any(is_unknown) {
                "Can't say: there are too few rounds, or the two did not do the same work. "
            }
            @if groups::letters(results).is_some_and(|letters| !letters.is_empty()) {
                "Ties: two rows with a letter in common can't be told apart; the letters are no rank. "
            }
            "CPU time, most memory and context switches (“switches”) are those of the whole process."
        }
    }
}

fn is_unknown(row: &Row) -> bool {
    let verdict = row.summary.as_ref().and_then(|summary| summary.verdict);
    verdict == Some(Verdict::Unknown)
}

/// Some rows of a model, under the same head.
pub(super) fn table(
    results: &ModelResults,
    caption: &str,
    rows: impl Iterator<Item = Place>,
) -> Markup {
    let letters = groups::letters(results).unwrap_or_default();
    let has_ties = !letters.is_empty();
    let seen = seen::columns(results);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(format!("{}: {caption}", results.name)) {
            table.figures {
                caption { (caption) }
                thead {
                    tr {
                        th scope="col" { "" span.unseen { "row" } }
                        th scope="col" { "time" }
                        th scope="col" { "× floor" }
                        th scope="col" { "× " code { (results.reference) } }
                        th scope="colgroup" colspan="2" { "95 % interval" }
                        th.word scope="col" { "verdict" }
                        @if has_ties { th.word scope="col" { "ties" } }
                        th scope="col" { "CPU" }
                        th scope="col" { "memory" }
                        th scope="col" { "switches" }
                        @for name in &seen { th scope="col" { (name) } }
                        th.word scope="col" { "what it is" }
                    }
                }
                tbody {
                    @for place in rows { (line(place, results, &letters)) }
                }
            }
        }
    }
}

fn line(
    place: Place,
    results: &ModelResults,
    letters: &BTreeMap<&str, String>,
) -> Markup {
    let row = &results.rows[place.row];
    let has_ties = !letters.is_empty();
    let letters = letters.get(&*row.name).map_or("", |letters| letters);
    let is_control = row.kind == Kind::Control;
    let seen = seen::columns(results);
    html! {
        tr class=[is_control.then_some("control")] data-row=(place.key()) {
            th scope="row" {
                (name(row, &results.reference))
                @if !row.deviations.is_empty() { " " span.tag { "deviates" } }
                @if !row.failures.is_empty() && !row.is_not_installed {
                    " " span.tag.failed { (row.failures.len()) " failed" }
                }
            }
            @match &row.summary {
                Some(summary) => {
                    td { (time(summary.time.median)) }
                    td {
                        @if let Some(ratio) = summary.to_floor.filter(|_| missed(results).is_none()) { (ratio_of(ratio.median)) }
                    }
                    td { (to_reference(row, summary.to_reference.as_ref(), &results.reference)) }
                    @let interval = summary.to_reference.and_then(|ratio| ratio.interval);
                    td.interval { @if let Some((low, _)) = interval { (ratio_of(low)) } }
                    td.interval { @if let Some((_, high)) = interval { "to " (ratio_of(high)) } }
                    td.word { @if let Some(verdict) = summary.verdict { (told(verdict)) } }
                    @if has_ties { td.word { (letters) } }
                    td { (time(summary.cpu)) }
                    td { @if let Some(memory) = summary.memory { (megabytes(memory)) } @else { "not reported" } }
                    td { (summary.switches.round()) }
                    @for name in &seen {
                        td { @if let Some(median) = seen::median_of(row, name) { (digits(median)) } }
                    }
                }
                None => {
                    td.word colspan=(9 + usize::from(has_ties) + seen.len()) {
                        @if row.is_not_installed { "not installed" } @else { "no trial was checked" }
                    }
                }
            }
            td.about { @if is_control { "the reference once more: what it differs by is noise" } @else { (row.about) } }
        }
    }
}

fn to_reference(row: &Row, ratio: Option<&Estimate>, reference: &str) -> String {
    match ratio {
        Some(ratio) => ratio_of(ratio.median),
        None if row.name == reference => "1".to_owned(),
        None => String::new(),
    }
}

fn told(verdict: Verdict) -> Markup {
    let class = match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::Tie => "tie",
        Verdict::Unknown => "unknown",
    };
    html! {
        @if verdict == Verdict::Unknown { span.unknown { "can't say" } }
        @else { span class=(class) { (word(verdict)) } }
    }
}
