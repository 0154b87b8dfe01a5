//! Merged results as tables.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use measure::{
    merge::{Machine, Measured, Merged, MergedModel, MergedRow},
    results::Kind,
    statistics::{Estimate, Verdict},
};

use test_fixtures::shown;

use crate::{
    figure::{ratio_of, word},
    table::Style,
};

/// The machines, then one table per model.
pub fn render(merged: &Merged, style: Style) -> String {
    let is_markdown = style == Style::Markdown;
    let (heading, bullet) = if is_markdown { ("## ", "- ") } else { ("", "") };
    let mut text = String::new();
    if is_markdown {
        text += "# Comparison on several machines\n\n";
    }
    for machine in &merged.machines {
        text += &format!("{bullet}{}\n", style.text(&about(machine)));
    }
    text.push('\n');
    for model in &merged.models {
        let args = model.args.join(" ");
        let title = style.text(&format!("{}: {args}", model.name));
        text += &format!("{heading}{title}\n\n");
        text += &(table(model, style) + "\n\n");
        let notes = notes(model);
        for note in &notes {
            text += &format!("{bullet}{}\n", style.text(note));
        }
        if !notes.is_empty() {
            text.push('\n');
        }
    }
    text.trim_end().to_owned() + "\n"
}

fn about(machine: &Machine) -> String {
    let host = &machine.results.host;
    let mut text = format!(
        "{}: {}, {} cores, {}, {} build ({})",
        machine.name,
        host.processor,
        host.cores,
        host.kernel,
        host.profile,
        shown(&machine.file.to_string_lossy())
    );
    if machine.results.interrupted {
        text += ", interrupted";
    }
    text
}

/// Ratios to the reference, then to the floor: a column a machine, and the median.
fn table(model: &MergedModel, style: Style) -> String {
    let machines: Vec<&str> = model.machines.iter().map(|on| &*on.machine).collect();
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    match style {
        Style::Terminal => table.load_style(presets::NOTHING),
        Style::Markdown => table.load_style(presets::ASCII_MARKDOWN),
    };
    let mut titles = vec![String::new()];
    for to in [&*model.reference, "floor"] {
        let of_machine = |machine: &&str| format!("× {to} {machine}");
        titles.extend(machines.iter().map(of_machine));
        titles.push("median".to_owned());
    }
    table.set_header(
        titles.iter().map(|title| {
            Cell::new(style.text(title)).set_alignment(CellAlignment::Right)
        }),
    );
    for row in model.rows.iter().filter(|row| row.kind != Kind::Control) {
        let cells = cells(row, model, &machines);
        table.add_row(cells.iter().map(|cell| style.text(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn cells(row: &MergedRow, model: &MergedModel, machines: &[&str]) -> Vec<String> {
    let mut name = row.name.clone();
    if row.legacy {
        name += " (legacy)";
    }
    if row.is_disputed {
        name += " !";
    }
    let is_reference = row.name == model.reference;
    let measured = |machine: &str| row.machines.iter().find(|one| one.machine == machine);
    let median = |ratio: Option<f64>| ratio.map_or_else(String::new, ratio_of);
    let mut cells = vec![name];
    for machine in machines {
        cells.push(match measured(machine) {
            None => String::new(),
            Some(Measured {
                to_floor: None,
                to_reference: None,
                ..
            }) if !is_reference => "–".to_owned(),
            Some(_) if is_reference => "1".to_owned(),
            Some(measured) => to_reference(measured),
        });
    }
    cells.push(match is_reference {
        true => "1".to_owned(),
        false => median(row.to_reference),
    });
    for machine in machines {
        let to_floor = measured(machine).and_then(|measured| measured.to_floor);
        cells.push(median(to_floor.map(|ratio: Estimate| ratio.median)));
    }
    cells.push(median(row.to_floor));
    cells
}

fn to_reference(measured: &Measured) -> String {
    let ratio = measured.to_reference.map(|ratio| ratio_of(ratio.median));
    let verdict = measured.verdict.map_or("", word);
    format!("{} {verdict}", ratio.unwrap_or_default())
        .trim()
        .to_owned()
}

/// Where the machines disagree, and what keeps them apart.
fn notes(model: &MergedModel) -> Vec<String> {
    let mut notes = Vec::new();
    let first = &model.machines[0];
    if model.machines.iter().any(|on| on.job != first.job) {
        let jobs = model.machines.iter();
        let jobs: Vec<_> = jobs
            .map(|on| format!("{}: {}", on.machine, on.job))
            .collect();
        notes.push(format!("not quite the same job: {}", jobs.join("; ")));
    }
    if let [only] = &*model.machines {
        notes.push(format!("only {} did this job", only.machine));
    }
    for row in model.rows.iter().filter(|row| row.is_disputed) {
        let verdicts: Vec<_> = row
            .machines
            .iter()
            .filter_map(|one| Some((one, one.verdict?)))
            .filter(|(_, verdict)| *verdict != Verdict::Unknown)
            .map(|(one, verdict)| format!("{} on {}", word(verdict), one.machine))
            .collect();
        notes.push(format!("! {} is {}", row.name, verdicts.join(", ")));
    }
    for row in model.rows.iter().filter(|row| row.kind != Kind::Control) {
        for one in &row.machines {
            if let Some(why) = &one.failure {
                notes.push(format!("{} on {}: {why}", row.name, one.machine));
            }
        }
    }
    notes
}
