//! A sweep in other forms.

use anyhow::Result;
use measure::{
    statistics::Estimate,
    sweep::{
        knee::Range,
        results::{Line, Quantity, Sweep},
    },
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

/// One line per variant and size. Where there are percentiles or knees, they have columns
/// behind the others, and a knee stands in each line of its row.
pub fn csv(sweep: &Sweep) -> String {
    let mut text = format!("model,row,{}", quoted(&sweep.field));
    let mut quantities = Quantity::all(sweep);
    quantities.sort_by_key(|quantity| *quantity == Quantity::P99);
    for quantity in quantities.iter().map(|quantity| column(*quantity)) {
        text += &format!(",{quantity},{quantity}_low,{quantity}_high");
    }
    if sweep.latency.is_some() {
        text += ",rounds_of_load";
    }
    if sweep.limit.is_some() {
        text += ",limit_nanos,knee_from,knee_to,knee_low,knee_high";
    }
    text += ",ended\n";
    let model = quoted(&sweep.model);
    for line in &sweep.lines {
        let name = quoted(&line.name);
        for mark in &line.marks {
            text += &format!("{model},{name},{}", mark.value);
            for quantity in &quantities {
                text += &columns(quantity.of(mark));
            }
            if sweep.latency.is_some() {
                text += &format!(",{}", mark.late());
            }
            text += &knee(sweep, line);
            text += ",\n";
        }
        if let Some(end) = &line.end {
            let why = quoted(&end.why);
            let empty = ",".repeat(3 * quantities.len());
            let late = sweep.latency.map_or("", |_| ",");
            let knee = knee(sweep, line);
            let value = end.value;
            text += &format!("{model},{name},{value}{empty}{late}{knee},{why}\n");
        }
    }
    text
}

fn column(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Time => "time_nanos",
        Quantity::Cpu => "cpu_nanos",
        Quantity::Memory => "memory_bytes",
        Quantity::P99 => "p99_nanos",
    }
}

/// The limit, both ends of the knee and both ends of its interval; an open end is empty.
fn knee(sweep: &Sweep, line: &Line) -> String {
    let Some(limit) = &sweep.limit else {
        return String::new();
    };
    let end = |end: Option<f64>| match end {
        Some(rate) => format!(",{rate:.0}"),
        None => ",".to_owned(),
    };
    let ends = |range: Option<Range>| match range {
        Some(Range { from, to }) => end(from) + &end(to),
        None => ",,".to_owned(),
    };
    let (rate, interval) = match line.knee {
        Some(knee) => (Some(knee.rate), knee.interval),
        None => (None, None),
    };
    format!(",{:.0}{}{}", limit.nanos, ends(rate), ends(interval))
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
