//! A sweep as tables of variants and sizes, and the lines around them.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use measure::{
    statistics::FEWEST as ROUNDS,
    sweep::{
        analysis::ONE_CORE,
        fit::FEWEST,
        results::{Line, Point, Quantity, Sweep},
    },
};
use test_fixtures::wrap;

use crate::{
    figure::{by, ratio_of},
    sweep::sentences,
    table::Style,
    terminal,
};

/// Sizes beside each other, so that a table fits into 80 columns.
const ABREAST: usize = 6;
/// The same beside a column of knees.
const ABREAST_OF_KNEES: usize = 5;

/// A sweep, for a person.
pub fn render(sweep: &Sweep, style: Style) -> String {
    let mut text = heading(style, 2, &sentences::title(sweep));
    for quantity in Quantity::all(sweep) {
        text.push('\n');
        let abreast = match style {
            Style::Terminal if has_knees(sweep, quantity) => ABREAST_OF_KNEES,
            Style::Terminal => ABREAST,
            Style::Markdown => usize::MAX,
        };
        if style == Style::Markdown {
            text += &(heading(style, 3, quantity.name()) + "\n");
        }
        // Parts of about the same length, rather than a last one of a single size.
        let parts = sweep.points.len().div_ceil(abreast).max(1);
        let length = sweep.points.len().div_ceil(parts).max(1);
        for (part, points) in sweep.points.chunks(length).enumerate() {
            let between = if part > 0 { "\n" } else { "" };
            text += &format!("{between}{}\n", table(sweep, quantity, points, style));
        }
        if has_knees(sweep, quantity) {
            text += &section(style, "knees", &sentences::knees(sweep));
        } else if sweep.points.len() >= FEWEST && quantity != Quantity::P99 {
            let growths = growths(sweep, quantity);
            text += &section(style, &format!("growth of {}", quantity.name()), &growths);
        }
    }
    text += &section(style, "how to read the tables", &legend(sweep));
    if sweep.points.len() < FEWEST {
        text += &format!("\ngrowth takes {FEWEST} sizes or more; --points sets them\n");
    }
    let without = match sweep.limit {
        Some(_) => Vec::new(),
        None => sentences::knees(sweep),
    };
    for (title, lines) in [
        ("knees", without),
        ("ends", sentences::ends(sweep)),
        ("failures", sentences::failures(sweep)),
        ("crossings in time", sentences::crossings(sweep)),
        ("one core", sentences::one_core(sweep)),
        ("languages", sentences::languages(sweep)),
    ] {
        if !lines.is_empty() {
            text += &section(style, title, &lines);
        }
    }
    text
}

/// Whether a column of the table says where the quantity leaves the floor.
fn has_knees(sweep: &Sweep, quantity: Quantity) -> bool {
    quantity == Quantity::P99 && sweep.limit.is_some()
}

fn heading(style: Style, level: usize, text: &str) -> String {
    match style {
        Style::Terminal => format!("{text}\n"),
        Style::Markdown => format!("{} {}\n", "#".repeat(level), style.text(text)),
    }
}

fn section(style: Style, title: &str, lines: &[String]) -> String {
    let mut text = format!("\n{title}\n");
    if style == Style::Markdown {
        text.push('\n');
    }
    let bullet = match style {
        Style::Terminal => "  ",
        Style::Markdown => "- ",
    };
    for line in lines {
        let line = format!("{bullet}{}", style.text(line));
        text += &match style {
            Style::Terminal => wrap(&line, terminal::width(), 4),
            Style::Markdown => line,
        };
        text.push('\n');
    }
    text
}

fn legend(sweep: &Sweep) -> Vec<String> {
    let mut lines = vec![
        "medians of the rounds; sweep.csv and the page have their 95 % intervals"
            .to_owned(),
    ];
    for bound in &sweep.bounds {
        lines.push(match &*bound.name {
            ONE_CORE => {
                format!("({ONE_CORE}): the same work on one core, without threads")
            }
            name => format!("({name}): the least time that the job can take"),
        });
    }
    if sweep.latency.is_some() {
        let p99 = sentences::meaning(sweep, Quantity::P99);
        lines.push(p99.replacen("p99", "p99: that", 1));
    }
    if sweep.limit.is_some() {
        lines.push(
            "knee: the rate at which p99 goes above the limit and stays there; < and >: \
             beyond the rates that were tried"
                .to_owned(),
        );
    }
    let is_late = |line: &Line| {
        let mut marks = line.marks.iter();
        marks.any(|mark| sentences::is_of_load(mark, Quantity::P99))
    };
    if sweep.lines.iter().any(is_late) {
        lines.push("late: the load was late in half of the rounds or more".to_owned());
    }
    let resolutions = || sweep.points.iter().map(|point| point.results.resolution);
    if resolutions().any(|resolution| resolution.is_some()) {
        lines.push("(noise): times that differ by no more are a tie".to_owned());
    }
    if resolutions().any(|resolution| resolution.is_none()) {
        lines.push(format!("?: not known with fewer than {ROUNDS} rounds"));
    }
    if sweep.lines.iter().any(|line| line.end.is_some()) {
        lines.push("ends: the variant fails from this size on; see below".to_owned());
    }
    lines
}

fn growths(sweep: &Sweep, quantity: Quantity) -> Vec<String> {
    let lines = sweep.lines.iter().filter(|line| !line.marks.is_empty());
    let names: Vec<_> = lines.clone().map(|line| line.name.len()).collect();
    let width = names.into_iter().max().unwrap_or(0);
    lines
        .map(|line| {
            let growth = sentences::growth(quantity, line);
            format!("{:width$}  {growth}", line.name)
        })
        .collect()
}

fn table(sweep: &Sweep, quantity: Quantity, points: &[Point], style: Style) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Disabled);
    match style {
        Style::Terminal => table.load_style(presets::NOTHING),
        Style::Markdown => table.load_style(presets::ASCII_MARKDOWN),
    };
    let sizes = points.iter().map(|point| sentences::whole(point.value));
    let corner = match style {
        Style::Terminal => quantity.name(),
        Style::Markdown => &sweep.field,
    };
    let is_last = points.last().map(|point| point.value)
        == sweep.points.last().map(|point| point.value);
    let has_knees = has_knees(sweep, quantity) && is_last;
    let titles = std::iter::once(corner.to_owned()).chain(sizes);
    table.set_header(titles.chain(has_knees.then(|| "knee".to_owned())));
    for line in &sweep.lines {
        if line.is_not_installed {
            continue;
        }
        let cells = points.iter().map(|point| cell(line, quantity, point));
        let row = std::iter::once(sentences::name(line)).chain(cells);
        let row = row.chain(has_knees.then(|| sentences::knee(line)));
        table.add_row(row.map(|cell| style.text(&cell)));
    }
    if quantity == Quantity::Time {
        for (name, cells) in conditions(sweep, points) {
            let row = std::iter::once(name).chain(cells);
            table.add_row(row.map(|cell| style.text(&cell)));
        }
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn cell(line: &Line, quantity: Quantity, point: &Point) -> String {
    if line
        .end
        .as_ref()
        .is_some_and(|end| end.value == point.value)
    {
        return "ends".to_owned();
    }
    let mark = line.marks.iter().find(|mark| mark.value == point.value);
    if mark.is_some_and(|mark| sentences::is_of_load(mark, quantity)) {
        return "late".to_owned();
    }
    mark.and_then(|mark| quantity.of(mark))
        .map_or_else(String::new, |estimate| {
            sentences::figure(quantity, estimate.median)
        })
}

/// What bounds the time, and how well it is known.
fn conditions(sweep: &Sweep, points: &[Point]) -> Vec<(String, Vec<String>)> {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for bound in &sweep.bounds {
        let cells = points.iter().map(|point| {
            let mark = bound.marks.iter().find(|(value, _)| *value == point.value);
            mark.map_or_else(String::new, |(_, nanos)| {
                sentences::figure(Quantity::Time, *nanos)
            })
        });
        rows.push((format!("({})", bound.name), cells.collect()));
    }
    let rounds = points.iter().map(|point| point.results.rounds.to_string());
    rows.push(("(rounds)".to_owned(), rounds.collect()));
    let resolution = points.iter().map(|point| match point.results.resolution {
        Some(resolution) if resolution < 1.995 => by(resolution),
        Some(resolution) => format!("× {}", ratio_of(resolution)),
        None => "?".to_owned(),
    });
    rows.push(("(noise)".to_owned(), resolution.collect()));
    rows
}
