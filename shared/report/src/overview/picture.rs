//! The overview as a picture for a document: an SVG that needs nothing from outside, light
//! and dark.

use maud::{Markup, PreEscaped, html};
use test_fixtures::wrap;

use super::{
    Overview,
    cell::{Cell, Mark},
    legend, made_on,
};

/// Units of the picture's axes: a cell is as wide as "0.95 + *" needs.
const CELL: usize = 92;
const FIRST: usize = 150;
const HEIGHT: usize = 30;
const MARGIN: usize = 12;
/// A letter of the legend is hardly ever wider.
const LETTER: usize = 6;

const STYLE: &str = "\
text{font:14px system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif;fill:#1b1e23}\
.paper{fill:#fcfcfa}.rule{stroke:#d8dadd}.head{font-weight:600}.small{font-size:11px}\
.faster{fill:#1c6b37;font-weight:600}.slower,.failed{fill:#9c3412;font-weight:600}.quiet{fill:#5b626c}\
@media(prefers-color-scheme:dark){text{fill:#e3e5e8}.paper{fill:#16181c}.rule{stroke:#3a3f46}\
.faster{fill:#7fcf97}.slower,.failed{fill:#f2a183}.quiet{fill:#a0a7b1}}";

/// The picture, with its legend.
pub fn picture(overview: &Overview) -> String {
    let heights: Vec<usize> = overview
        .lines
        .iter()
        .map(|line| match line.best.iter().any(Option::is_some) {
            true => HEIGHT + 22,
            false => HEIGHT,
        })
        .collect();
    let width = 2 * MARGIN + FIRST + CELL * overview.columns.len();
    let mut legend = legend(overview);
    legend.push(made_on(overview));
    let room = (width - 2 * MARGIN) / LETTER;
    let legend: Vec<String> = legend
        .iter()
        .flat_map(|line| {
            let wrapped = wrap(line, room, 0);
            wrapped.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    let table = HEIGHT + heights.iter().sum::<usize>();
    let height = 2 * MARGIN + table + 8 + 20 * legend.len();
    let mut top = MARGIN + HEIGHT;
    let mut tops = Vec::new();
    for height in &heights {
        tops.push(top);
        top += height;
    }
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height)
            viewBox=(format!("0 0 {width} {height}")) role="img"
            aria-label="Models down, runtimes across: how each compares" {
            style { (PreEscaped(STYLE)) }
            rect.paper width=(width) height=(height) {}
            @for (at, column) in overview.columns.iter().enumerate() {
                @let class = if column.legacy { "head quiet" } else { "head" };
                (words(right(at), MARGIN + 20, class, column.title()))
            }
            @for (line, top) in overview.lines.iter().zip(&tops) {
                line.rule x1=(MARGIN) x2=(width - MARGIN) y1=(top) y2=(top) {}
                text x=(MARGIN) y=(top + 20) { (line.model) }
                @for (at, cell) in line.plain.iter().enumerate() {
                    @if let Some(cell) = cell { (words(right(at), top + 20, class(cell), &cell.words())) }
                }
                @for (at, cell) in line.best.iter().enumerate() {
                    @if let Some(cell) = cell {
                        (words(right(at), top + 35, &format!("small {}", class(cell)), &cell.words()))
                        (words(right(at), top + 47, "small quiet", &cell.row))
                    }
                }
            }
            @for (at, line) in legend.iter().enumerate() {
                text.small.quiet x=(MARGIN) y=(MARGIN + table + 20 + 20 * at) { (line) }
            }
        }
    };
    markup.into_string() + "\n"
}

/// Where a column ends.
fn right(column: usize) -> usize {
    MARGIN + FIRST + CELL * (column + 1) - 8
}

fn words(x: usize, y: usize, class: &str, text: &str) -> Markup {
    html! { text class=(class) x=(x) y=(y) text-anchor="end" { (text) } }
}

fn class(cell: &Cell) -> &'static str {
    match cell.mark {
        Mark::Faster => "faster",
        Mark::Slower => "slower",
        Mark::Failed => "failed",
        Mark::Reference => "",
        Mark::Tie | Mark::NotCompared | Mark::NotInstalled => "quiet",
    }
}
