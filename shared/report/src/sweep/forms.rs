//! A sweep in other forms.

use anyhow::Result;
use measure::{
    statistics::Estimate,
    sweep::results::{Quantity, Sweep},
};

use crate::{
    forms::{code, made_on, quoted},
    sweep::{page, table},
    table::Style,
};

/// All of it, for programs.
pub fn json(sweep: &Sweep) -> Result<String> {
    Ok(serde_json::to_string_pretty(sweep)? + "\n")
}

/// One line per variant and size.
pub fn csv(sweep: &Sweep) -> String {
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
pub fn markdown(sweep: &Sweep) -> String {
    format!(
        "# Sweep\n\n{} on {}\n\n{}",
        code(&sweep.command.join(" ")),
        made_on(&sweep.host),
        table::render(sweep, Style::Markdown)
    )
}

/// The page with the charts.
#[must_use]
pub fn html(sweep: &Sweep) -> String {
    page::render(sweep)
}
