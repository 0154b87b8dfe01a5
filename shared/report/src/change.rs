//! What changed, for a person.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use measure::{
    change::{Change, Changes, ModelChange, RowChange},
    statistics::Verdict,
};

use test_fixtures::local;

use crate::figure::{by, megabytes, ratio_of, time, word};

/// One table per model, then what can't be compared, then the conclusion.
pub fn render(changes: &Changes) -> String {
    let mut text = String::new();
    if !changes.around.is_empty() {
        text += &format!("around it: {}\n\n", changes.around.join("; "));
    }
    for model in &changes.models {
        text += &of_model(model);
    }
    if !changes.apart.is_empty() {
        text += "can't be compared:\n";
        for why in &changes.apart {
            text += &format!("- {why}\n");
        }
        text.push('\n');
    }
    if !changes.models.is_empty() {
        text += &conclusion(changes);
    }
    text
}

fn of_model(model: &ModelChange) -> String {
    let ModelChange {
        name,
        job,
        resolution,
        floors,
        rows,
    } = model;
    let floors = floors.map_or_else(String::new, |(old, new)| {
        format!("; floor {}, now {}", time(old), time(new))
    });
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let titles = [
        "",
        "old",
        "new",
        "new ÷ old",
        "from",
        "to",
        "",
        "memory",
        "÷ old",
        "",
    ];
    table.set_header(titles.map(|title| right(&local(title))));
    for row in rows {
        table.add_row(cells(row).iter().map(|cell| local(cell).into_owned()));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let table = table.trim_fmt();
    format!(
        "{name}: {job}\nup to {} is noise{floors}\n{}\n\n{table}\n\n",
        by(*resolution),
        local("from, to: the 95 % interval of new ÷ old")
    )
}

fn right(title: &str) -> Cell {
    Cell::new(title).set_alignment(CellAlignment::Right)
}

fn cells(row: &RowChange) -> Vec<String> {
    let mut cells = vec![row.name.clone()];
    let Change {
        old, new, verdict, ..
    } = row.time;
    let ratio = &row.time.ratio;
    cells.extend([time(old), time(new), ratio_of(ratio.median)]);
    cells.extend(match ratio.interval {
        Some((low, high)) => [low, high].map(ratio_of),
        None => [const { String::new() }; 2],
    });
    cells.push(word(verdict).to_owned());
    if let Some(memory) = row.memory {
        let word = match memory.verdict {
            Verdict::Slower => "more",
            Verdict::Faster => "less",
            Verdict::Tie => "tie",
            Verdict::Unknown => "?",
        };
        cells.extend([megabytes(memory.new), ratio_of(memory.ratio.median)]);
        cells.push(word.to_owned());
    }
    cells
}

fn conclusion(changes: &Changes) -> String {
    let list = |what: &str, rows: Vec<String>| match rows.is_empty() {
        true => String::new(),
        false => format!("{what}: {}\n", rows.join(", ")),
    };
    let slower = changes.times(Verdict::Slower);
    let mut text = match slower.is_empty() {
        true => "nothing got slower\n".to_owned(),
        false => list("slower", slower),
    };
    text += &list("faster", changes.times(Verdict::Faster));
    text + &list("more memory", changes.larger())
}
