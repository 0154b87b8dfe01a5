//! The overview in a document.

use comfy_table::{Cell as Field, CellAlignment, Table, presets};
use test_fixtures::markdown;

use super::{Overview, cell::Cell, legend, made_on};

/// The table with its legend, in Markdown. The best row of a runtime stands behind the plain
/// one, with its name.
pub fn document(overview: &Overview) -> String {
    let mut table = Table::new();
    let titles = overview.columns.iter().map(|column| match column.legacy {
        true => format!("{} (legacy)", column.title()),
        false => column.title().to_owned(),
    });
    let titles = std::iter::once(String::new()).chain(titles);
    table.set_header(titles.map(|title| right(&title)));
    for line in &overview.lines {
        let cells = line.plain.iter().zip(&line.best).map(|(plain, best)| {
            let words = plain.as_ref().map_or_else(String::new, Cell::words);
            match best {
                None => words,
                Some(best) => format!("{words}, {} {}", best.words(), best.row),
            }
        });
        let cells = std::iter::once(line.model.clone()).chain(cells);
        table.add_row(cells.map(|cell| markdown(&cell)));
    }
    table.load_style(presets::ASCII_MARKDOWN);
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut notes = legend(overview);
    notes.push(
        "A second figure is that of the runtime's fastest row, where it beats the plain \
         one."
            .to_owned(),
    );
    notes.push(made_on(overview));
    let notes = notes.iter().map(|note| format!("- {}\n", markdown(note)));
    format!("{}\n\n{}", table.trim_fmt(), notes.collect::<String>())
}

fn right(title: &str) -> Field {
    Field::new(markdown(title)).set_alignment(CellAlignment::Right)
}
