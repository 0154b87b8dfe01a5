//! The overview at the head of the page; each cell leads to its model.

use maud::{Markup, html};

use super::{
    Line, Overview,
    cell::{Cell, Mark},
    legend,
};
use crate::written::encoded;

/// What a newcomer must know before the first figure.
const KEY: &str = "Time ÷ that of each model's reference (ref), so less is faster: + faster, - slower, = a tie. A cell leads to its model.";

/// The table with its legend.
pub(crate) fn markup(overview: &Overview) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Overview: models and runtimes" {
            table.overview {
                caption { (KEY) }
                thead {
                    @if overview.groups().len() > 1 { (groups(overview)) }
                    tr {
                        th scope="col" { span.unseen { "model" } }
                        @for column in &overview.columns {
                            th scope="col" data-in=(column.group().title()) {
                                code { (column.title()) }
                                @if column.legacy { " " span.tag.legacy { "legacy" } }
                            }
                        }
                    }
                }
                tbody { @for line in &overview.lines { (row(overview, line)) } }
            }
        }
        p.quiet.legend {
            @for line in legend(overview) { (line) " " }
            @if overview.lines.iter().any(|line| line.best.iter().any(Option::is_some)) {
                "Small: the fastest row of that runtime, where it beats the plain one."
            }
        }
    }
}

/// The heads of the groups; with scripts, a group folds.
fn groups(overview: &Overview) -> Markup {
    html! {
        tr.groups {
            td {}
            @for (group, columns) in overview.groups() {
                th scope="colgroup" colspan=(columns.len()) data-group=(group.title()) {
                    (group.title())
                }
            }
        }
    }
}

fn row(overview: &Overview, line: &Line) -> Markup {
    let link = format!("#{}", encoded(&line.model));
    html! {
        tr {
            th scope="row" { a href=(link) { (line.model) } }
            @for (at, column) in overview.columns.iter().enumerate() {
                td data-in=(column.group().title()) data-runtime=(column.title())
                    data-legacy[column.legacy] {
                    @if let Some(cell) = &line.plain[at] { (one(cell, &link)) }
                    @if let Some(cell) = &line.best[at] {
                        br;
                        small { (one(cell, &link)) " " code { (cell.row) } }
                    }
                }
            }
        }
    }
}

fn one(cell: &Cell, link: &str) -> Markup {
    html! { a class=(class(cell.mark)) href=(link) title=(cell.title()) { (cell.words()) } }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Reference => "reference",
        Mark::Faster => "faster",
        Mark::Slower => "slower",
        Mark::Tie => "tie",
        Mark::NotCompared | Mark::NotInstalled => "unknown",
        Mark::Failed => "failed",
    }
}
