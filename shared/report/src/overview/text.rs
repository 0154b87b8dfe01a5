//! The overview in a terminal.

use std::ops::Range;

use comfy_table::{
    Attribute, Cell as Field, CellAlignment, Color, ContentArrangement, Table, presets,
};
use test_fixtures::{local, shown, wrap};

use super::{
    Overview,
    cell::{Cell, Mark},
    legend,
};

/// Blanks between two columns.
const GAP: usize = 1;

/// The names of the best rows, by the letter that stands for each.
#[derive(Default)]
struct Named(Vec<String>);

impl Named {
    /// The letter of a row: `a`, `b`, …; `+` where these are used up.
    fn letter(&mut self, name: String) -> char {
        let place = self.0.iter().position(|known| *known == name);
        let place = place.unwrap_or_else(|| {
            self.0.push(name);
            self.0.len() - 1
        });
        ('a'..='z').nth(place).unwrap_or('+')
    }
}

/// The table with its legend, no line wider than `width`. Where it is wider, it is folded
/// between groups of columns; of a group that has no room alone, columns are left out from the
/// right, and named. It stands below the models' findings, which have the
/// jobs with their sizes.
pub fn text(overview: &Overview, width: usize, is_coloured: bool) -> String {
    let mut named = Named::default();
    let mut rows = vec![head(overview)];
    for line in &overview.lines {
        rows.push(
            std::iter::once((line.model.clone(), None))
                .chain(line.plain.iter().map(|cell| plain(cell.as_ref())))
                .collect(),
        );
        if line.best.iter().any(Option::is_some) {
            let best = line.best.iter().map(|cell| match cell {
                None => (String::new(), None),
                Some(cell) => {
                    let letter = named.letter(cell.row.clone());
                    (format!("{}{letter}", cell.words()), Some(cell.mark))
                }
            });
            rows.push(
                std::iter::once(("  best".to_owned(), None))
                    .chain(best)
                    .collect(),
            );
        }
    }
    let mut left_out = Vec::new();
    let folded = folds(overview, &rows, width).into_iter().map(|columns| {
        let mut part = part(&rows, columns);
        left_out.extend(narrow(&mut part, width));
        table(part, is_coloured)
    });
    let tables: Vec<String> = folded.collect();
    let notes = notes(overview, &named, &left_out);
    let notes = notes.iter().map(|line| wrap(&local(line), width, 2) + "\n");
    format!("{}\n\n{}", tables.join("\n\n"), notes.collect::<String>())
}

/// The columns of each table: as many whole groups as have room, and one at least.
fn folds(overview: &Overview, rows: &[Vec<Written>], width: usize) -> Vec<Range<usize>> {
    let mut folds: Vec<Range<usize>> = Vec::new();
    for (_, group) in overview.groups() {
        let room = |columns: &Range<usize>| width_of(rows, columns.clone()) <= width;
        match folds.last_mut() {
            Some(last) if room(&(last.start..group.end)) => last.end = group.end,
            _ => folds.push(group),
        }
    }
    folds
}

/// How wide a table of these columns is, behind the one of the models.
fn width_of(rows: &[Vec<Written>], columns: Range<usize>) -> usize {
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widths = cells.map(|(text, _)| text.chars().count());
        widths.max().unwrap_or(0)
    };
    let whole: usize = columns.clone().map(|column| GAP + widest(column + 1)).sum();
    widest(0) + whole
}

/// Those columns, and the lines that have something there.
fn part(rows: &[Vec<Written>], columns: Range<usize>) -> Vec<Vec<Written>> {
    let (start, end) = (columns.start + 1, columns.end + 1);
    let has_any =
        |row: &&Vec<Written>| row[start..end].iter().any(|(text, _)| !text.is_empty());
    let of_row = |row: &Vec<Written>| [&row[..1], &row[start..end]].concat();
    rows.iter().filter(has_any).map(of_row).collect()
}

type Written = (String, Option<Mark>);

fn head(overview: &Overview) -> Vec<Written> {
    let names = overview.columns.iter().map(|column| {
        let name = shown(column.title());
        (name, None)
    });
    std::iter::once((String::new(), None))
        .chain(names)
        .collect()
}

fn plain(cell: Option<&Cell>) -> Written {
    cell.map_or_else(
        || (String::new(), None),
        |cell| (cell.words(), Some(cell.mark)),
    )
}

/// Leaves out the columns at the right that have no room; their names.
fn narrow(rows: &mut [Vec<Written>], width: usize) -> Vec<String> {
    let mut left_out = Vec::new();
    loop {
        let columns = rows[0].len();
        if columns <= 2 || width_of(rows, 0..columns - 1) <= width {
            return left_out;
        }
        for row in rows.iter_mut() {
            let cell = row.pop();
            if left_out.len() + row.len() == columns - 1 {
                left_out.insert(0, cell.map_or_else(String::new, |(name, _)| name));
            }
        }
    }
}

fn table(rows: Vec<Vec<Written>>, is_coloured: bool) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    match is_coloured {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    for row in rows {
        table.add_row(row.into_iter().map(|(text, mark)| field(text, mark)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn field(text: String, mark: Option<Mark>) -> Field {
    let field = Field::new(text);
    match mark {
        Some(Mark::Faster) => field.fg(Color::Green),
        Some(Mark::Slower) => field.fg(Color::Yellow),
        Some(Mark::Failed) => field.fg(Color::Red),
        Some(Mark::Tie | Mark::NotCompared | Mark::NotInstalled) => {
            field.add_attribute(Attribute::Dim)
        }
        Some(Mark::Reference) | None => field,
    }
}

fn notes(overview: &Overview, named: &Named, left_out: &[String]) -> Vec<String> {
    let mut lines = legend(overview);
    if !named.0.is_empty() {
        let names = named.0.iter().zip('a'..='z');
        let names: Vec<String> = names
            .map(|(name, letter)| format!("{letter} {name}"))
            .collect();
        lines.push(format!(
            "best: the fastest row of that runtime, where it beats the plain one: {}.",
            names.join(", ")
        ));
    }
    if !left_out.is_empty() {
        lines.push(format!(
            "No room for {} in this width.",
            left_out.join(", ")
        ));
    }
    let machines = overview.machines.join("; ");
    lines.push(format!(
        "{machines}; sizes: above, behind each model's name."
    ));
    lines
}
