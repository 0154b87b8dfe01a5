//! A model's figures as a table: what each row took, and how it compares.

use maud::{Markup, html};
use measure::{
    results::{Kind, ModelResults, Row},
    statistics::{Estimate, Verdict},
};

use super::row::{Place, name};
use crate::figure::{megabytes, ratio_of, time, word};

/// Every row of a model.
pub(super) fn figures(place: usize, results: &ModelResults) -> Markup {
    let rows = (0..results.rows.len()).map(|row| Place { model: place, row });
    table(results, "Medians of all rounds", rows)
}

/// Some rows of a model, under the same head.
pub(super) fn table(
    results: &ModelResults,
    caption: &str,
    rows: impl Iterator<Item = Place>,
) -> Markup {
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
                        th.word scope="col" { "verdict" }
                        th scope="col" { "CPU" }
                        th scope="col" { "memory" }
                        th scope="col" { "switches" }
                        th.word scope="col" { "what it is" }
                    }
                }
                tbody {
                    @for place in rows { (line(place, results)) }
                }
            }
        }
    }
}

fn line(place: Place, results: &ModelResults) -> Markup {
    let row = &results.rows[place.row];
    let is_control = row.kind == Kind::Control;
    html! {
        tr.control[is_control] data-row=(place.key()) {
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
                    td { @if let Some(ratio) = &summary.to_floor { (ratio_of(ratio.median)) } }
                    td { (to_reference(row, summary.to_reference.as_ref(), &results.reference)) }
                    td.word { @if let Some(verdict) = summary.verdict { (told(verdict)) } }
                    td { (time(summary.cpu)) }
                    td { @if let Some(memory) = summary.memory { (megabytes(memory)) } @else { "not told" } }
                    td { (summary.switches.round()) }
                }
                None => {
                    td.word colspan="7" {
                        @if row.is_not_installed { "not installed" } @else { "no trial was checked" }
                    }
                }
            }
            td.about { @if is_control { "the reference once more: what it differs by is noise" } @else { (row.about) } }
        }
    }
}

fn to_reference(row: &Row, ratio: Option<&Estimate>, reference: &str) -> Markup {
    html! {
        @match ratio {
            Some(ratio) => {
                (ratio_of(ratio.median))
                @if let Some((low, high)) = ratio.interval {
                    " " span.interval { (ratio_of(low)) "–" (ratio_of(high)) }
                }
            }
            None => { @if row.name == reference { "1" } }
        }
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
