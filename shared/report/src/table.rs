//! A model's results as a table, and the lines above it.

use std::collections::BTreeMap;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use measure::{
    results::{ModelResults, Row, Summary},
    statistics::FEWEST,
};
use test_fixtures::{Floor, local, markdown, wrap};

use crate::{
    figure::{megabytes, ratio, ratio_of, time, word},
    notes::notes,
    terminal,
};

/// Where a table is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// On a terminal, in columns.
    Terminal,
    /// In a document.
    Markdown,
}

impl Style {
    /// Text as it stands there: what others wrote into it begins nothing.
    pub(crate) fn text(self, text: &str) -> String {
        match self {
            Self::Terminal => local(text).into_owned(),
            Self::Markdown => markdown(text),
        }
    }
}

/// A width below which nothing is legible anyway.
const NARROWEST: usize = 40;
/// The columns by their number that are left out where there is no room, the first first.
const DISPENSABLE: [usize; 4] = [7, 6, 5, 2];

/// A model's results, for a person, with the versions of what they were made with.
pub fn render(
    results: &ModelResults,
    versions: &BTreeMap<String, String>,
    style: Style,
) -> String {
    match style {
        Style::Terminal => {
            let width = terminal::width().max(NARROWEST);
            plain(results, versions, width)
        }
        Style::Markdown => document(results, versions),
    }
}

fn plain(
    results: &ModelResults,
    versions: &BTreeMap<String, String>,
    width: usize,
) -> String {
    let (table, left_out) = table_within(results, width);
    let mut notes = notes(results, versions);
    if !left_out.is_empty() {
        let left_out = left_out.join(", ");
        notes.push(format!("no room for {left_out} in {width} columns"));
    }
    let head = [
        format!("{}: {}", results.name, results.job),
        format!("{}; {}", floor(results), rounds(results)),
    ];
    let wrapped = |lines: &[String]| -> String {
        lines
            .iter()
            .map(|line| wrap(&local(line), width, 2) + "\n")
            .collect()
    };
    format!("{}\n{table}\n\n{}", wrapped(&head), wrapped(&notes))
}

fn document(results: &ModelResults, versions: &BTreeMap<String, String>) -> String {
    let text = |text: &str| Style::Markdown.text(text);
    let mut table = table(rows(results, Style::Markdown));
    table.load_style(presets::ASCII_MARKDOWN);
    let notes = notes(results, versions)
        .into_iter()
        .map(|note| format!("- {}\n", text(&note)));
    format!(
        "## {}: {}\n\n{}; {}\n\n{}\n\n{}",
        text(&results.name),
        text(&results.job),
        text(&floor(results)),
        rounds(results),
        table.trim_fmt(),
        notes.collect::<String>()
    )
}

fn floor(results: &ModelResults) -> String {
    let middle = results.floor();
    // The reason may have figures in it, so it is that of the floor that is shown.
    let off =
        |floor: &&Floor| middle.map(|nanos| (nanos - floor.nanos as f64).abs() as u64);
    let Some((nanos, floor)) = middle.zip(results.floors.iter().min_by_key(off)) else {
        return "no floor".to_owned();
    };
    let others = other_floors(results).into_iter();
    let others: String = others
        .map(|(rows, nanos, reason)| format!("; of {rows} {} ({reason})", time(nanos)))
        .collect();
    format!("floor {} ({}){others}", time(nanos), floor.reason)
}

/// The floors of rows that have another than most: their names, the median in nanoseconds,
/// and the reason.
pub fn other_floors(results: &ModelResults) -> Vec<(String, f64, &str)> {
    let Some(last) = results.floors.last() else {
        return Vec::new();
    };
    let others = last.others.iter().filter_map(|other| {
        let of = |name: &String| results.rows.iter().find(|row| row.name == *name);
        let rows: Vec<_> = other.rows.iter().filter_map(of).collect();
        let nanos = results.floor_of(rows.first()?)?;
        let names: Vec<_> = rows.iter().map(|row| &*row.name).collect();
        Some((names.join(", "), nanos, &*other.reason))
    });
    others.collect()
}

/// How many rounds there were, and how well they tell.
pub fn rounds(results: &ModelResults) -> String {
    let rounds = match results.rounds {
        1 => "1 round".to_owned(),
        rounds => format!("{rounds} rounds"),
    };
    let rounds = match results.trials {
        1 => rounds,
        trials => format!("{rounds}, each the middle one of {trials} trials"),
    };
    match results.resolution {
        Some(resolution) => format!("{rounds}, resolution a factor of {resolution:.3}"),
        None => format!("{rounds}; {FEWEST} are needed to tell differences"),
    }
}

/// The table without what has no room, and the titles of that.
fn table_within(results: &ModelResults, width: usize) -> (String, Vec<String>) {
    let mut rows = rows(results, Style::Terminal);
    let mut left_out = Vec::new();
    for column in DISPENSABLE {
        if columns_of(&rows) <= width {
            break;
        }
        left_out.push(rows[0][column].clone());
        for row in rows.iter_mut().filter(|row| row.len() > column) {
            row.remove(column);
        }
    }
    let mut table = table(rows);
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        // The last column's padding is trimmed.
        .set_width(u16::try_from(width + 1).unwrap_or(u16::MAX));
    (table.trim_fmt(), left_out)
}

/// How wide a table of these rows is.
fn columns_of(rows: &[Vec<String>]) -> usize {
    let cell = |row: &Vec<String>, column| -> usize {
        row.get(column)
            .map_or(0, |cell: &String| cell.chars().count())
    };
    let widest = |column| rows.iter().map(|row| cell(row, column)).max().unwrap_or(0);
    let widths = (0..rows[0].len()).map(|column| widest(column) + 1);
    widths.sum::<usize>() - 1
}

fn table(rows: Vec<Vec<String>>) -> Table {
    let mut table = Table::new();
    let mut rows = rows.into_iter();
    let titles = rows.next().unwrap_or_default().into_iter();
    let right = |title| Cell::new(title).set_alignment(CellAlignment::Right);
    table.set_header(titles.map(right));
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The titles, then a row each.
fn rows(results: &ModelResults, style: Style) -> Vec<Vec<String>> {
    let to_reference = format!("× {}", results.reference);
    let titles = [
        "",
        "time",
        "×floor",
        &to_reference,
        "",
        "CPU",
        "memory",
        "switches",
    ];
    // What isn't installed is said once, for all models; where nothing is, the table says it.
    let has_rows = results.rows.iter().any(|row| !row.is_not_installed);
    let installed = results
        .rows
        .iter()
        .filter(|row| !row.is_not_installed || !has_rows);
    let cells = installed.map(|row| cells(row, &results.reference));
    std::iter::once(titles.map(str::to_owned).to_vec())
        .chain(cells)
        .map(|row: Vec<String>| row.iter().map(|cell| style.text(cell)).collect())
        .collect()
}

fn cells(row: &Row, reference: &str) -> Vec<String> {
    let mut name = row.name.clone();
    if row.legacy {
        name += " (legacy)";
    }
    if !row.deviations.is_empty() {
        name += " *";
    }
    let Some(summary) = &row.summary else {
        return vec![name, "–".to_owned()];
    };
    let Summary {
        time: taken,
        to_floor,
        to_reference,
        verdict,
        ..
    } = summary;
    vec![
        name,
        time(taken.median),
        to_floor.map_or_else(String::new, |ratio| ratio_of(ratio.median)),
        match to_reference {
            Some(to_reference) => ratio(to_reference),
            None if row.name == reference => "1".to_owned(),
            None => String::new(),
        },
        verdict.map_or("", word).to_owned(),
        time(summary.cpu),
        summary.memory.map_or_else(String::new, megabytes),
        format!("{}", summary.switches.round()),
    ]
}

#[cfg(test)]
mod tests;
