//! A sweep in other forms, and as files.

use std::path::Path;

use anyhow::Result;

use crate::{
    export::{quoted, write_all},
    statistics::Estimate,
    sweep::{
        page,
        results::{Quantity, Sweep},
        table,
    },
    table::Style,
};

/// The file with the charts.
pub(crate) const PAGE: &str = "sweep.html";

/// All of it, for programs.
pub(crate) fn json(sweep: &Sweep) -> Result<String> {
    Ok(serde_json::to_string_pretty(sweep)? + "\n")
}

/// A line a variant and size.
pub(crate) fn csv(sweep: &Sweep) -> String {
    let mut text = format!("model,row,{}", quoted(&sweep.field));
    for quantity in ["time_nanos", "cpu_nanos", "memory_bytes"] {
        text += &format!(",{quantity},{quantity}_low,{quantity}_high");
    }
    text += ",ended\n";
    let model = quoted(&sweep.model);
    for line in &sweep.lines {
        let name = quoted(&line.name);
        for mark in &line.marks {
            text += &format!("{model},{name},{}", mark.value);
            for quantity in Quantity::ALL {
                text += &columns(quantity.of(mark));
            }
            text += ",\n";
        }
        if let Some(end) = &line.end {
            let why = quoted(&end.why);
            text += &format!("{model},{name},{},,,,,,,,,,{why}\n", end.value);
        }
    }
    text
}

fn columns(estimate: Option<Estimate>) -> String {
    match estimate {
        None => ",,,".to_owned(),
        Some(Estimate { median, interval }) => match interval {
            None => format!(",{median:.0},,"),
            Some((low, high)) => format!(",{median:.0},{low:.0},{high:.0}"),
        },
    }
}

/// The tables, with what they were made with.
pub(crate) fn markdown(sweep: &Sweep) -> String {
    let host = &sweep.host;
    format!(
        "# Sweep\n\n`{}` on {} ({} cores), {}, {}, {} build\n\n{}",
        sweep.command.join(" "),
        host.processor,
        host.cores,
        host.kernel,
        host.rustc,
        host.profile,
        table::render(sweep, Style::Markdown)
    )
}

/// Writes every form into the directory. A file is there whole or as it was before.
pub(crate) fn write(directory: &Path, sweep: &Sweep) -> Result<()> {
    write_all(
        directory,
        &[
            ("sweep.json", json(sweep)?),
            ("sweep.csv", csv(sweep)),
            ("sweep.md", markdown(sweep)),
            (PAGE, page::render(sweep)),
        ],
    )
}
