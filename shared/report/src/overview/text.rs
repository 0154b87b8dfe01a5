//! The overview in a terminal.

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

/// The table with its legend, no line wider than `width`; columns that have no room are
/// left out from the right, and named. It stands below the models' findings, which have the
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
    let left_out = narrow(&mut rows, width);
    let table = table(rows, is_coloured);
    let notes = notes(overview, &named, &left_out);
    let notes = notes.iter().map(|line| wrap(&local(line), width, 2) + "\n");
    format!("{table}\n\n{}", notes.collect::<String>())
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
        let widest = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|(text, _)| text.chars().count())
                .max()
                .unwrap_or(0)
        };
        let columns = rows[0].len();
        let whole: usize = (0..columns).map(|column| widest(column) + GAP).sum();
        if whole <= width + GAP || columns <= 2 {
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
