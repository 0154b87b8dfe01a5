//! A model's results as a table and the lines around it.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::{
    results::{Deviated, Kind, ModelResults, Row, Summary},
    statistics::{Estimate, Verdict},
};

/// Where a table is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Terminal,
    Markdown,
}

/// A model's results, for a person.
pub(crate) fn render(results: &ModelResults, style: Style) -> String {
    let mut text = String::new();
    let heading = if style == Style::Markdown { "## " } else { "" };
    let mut line = |line: String| writeln!(text, "{line}").expect("a String takes all");
    line(format!("{heading}{}: {}", results.name, results.job));
    if style == Style::Markdown {
        line(String::new());
    }
    line(format!("{}; {}", floor(results), rounds(results)));
    line(String::new());
    line(table(results, style));
    line(String::new());
    for note in notes(results) {
        line(if style == Style::Markdown {
            format!("- {note}")
        } else {
            note
        });
    }
    text
}

fn floor(results: &ModelResults) -> String {
    match results.floors.last() {
        Some(floor) => {
            let mut nanos: Vec<f64> = results
                .floors
                .iter()
                .map(|floor| floor.nanos as f64)
                .collect();
            nanos.sort_unstable_by(f64::total_cmp);
            format!("floor {} ({})", time(nanos[nanos.len() / 2]), floor.reason)
        }
        None => "no floor".to_owned(),
    }
}

pub(crate) fn rounds(results: &ModelResults) -> String {
    match results.resolution {
        Some(resolution) => {
            format!(
                "{} rounds, resolution a factor of {resolution:.3}",
                results.rounds
            )
        }
        None => {
            format!(
                "{} rounds; five are needed to tell differences",
                results.rounds
            )
        }
    }
}

fn table(results: &ModelResults, style: Style) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    match style {
        Style::Terminal => table.load_style(presets::NOTHING),
        Style::Markdown => table.load_style(presets::ASCII_MARKDOWN),
    };
    let to_reference = format!("× {}", results.reference);
    table.set_header(
        [
            "",
            "time",
            "× floor",
            &to_reference,
            "",
            "CPU",
            "memory",
            "switches",
        ]
        .map(|title| Cell::new(title).set_alignment(CellAlignment::Right)),
    );
    for row in &results.rows {
        table.add_row(cells(row, &results.reference));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
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

/// What the check saw in the last round, with the rows of which it saw it, the most first.
pub(crate) fn seen(results: &ModelResults) -> Vec<(String, Vec<&str>)> {
    let mut seen: Vec<(String, Vec<&str>)> = Vec::new();
    for row in results.rows.iter().filter(|row| row.kind != Kind::Control) {
        let Some(sample) = row.samples.last() else {
            continue;
        };
        let facts = sample.facts.to_string();
        match seen.iter_mut().find(|(known, _)| *known == facts) {
            Some((_, names)) => names.push(&row.name),
            None => seen.push((facts, vec![&row.name])),
        }
    }
    seen.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    seen
}

/// What the checks saw, what deviates, what failed, what can't be told apart.
fn notes(results: &ModelResults) -> Vec<String> {
    let mut notes = Vec::new();
    let seen = seen(results);
    let many = seen.len() > 1;
    for (facts, names) in seen {
        let who = if many {
            names.join(", ")
        } else {
            "every check".to_owned()
        };
        notes.push(
            format!("seen by the check of {who}: {facts}")
                .replace("the check of every check", "every check"),
        );
    }
    let ties = ties(results);
    if !ties.is_empty() {
        notes.push(format!("ties: {}", ties.join("; ")));
    }
    for row in &results.rows {
        if row.kind == Kind::Control {
            continue;
        }
        for Deviated { why, reason } in row.deviations.values() {
            notes.push(format!("* {}: {why}; declared: {reason}", row.name));
        }
        if let Some(why) = row.failures.values().last() {
            let rounds = row.failures.len();
            let times = if rounds > 1 {
                format!(" ({rounds} rounds)")
            } else {
                String::new()
            };
            notes.push(format!("{}: {why}{times}", row.name));
        }
    }
    notes
}

/// Each row with those behind it that it can't be told apart from.
pub(crate) fn ties(results: &ModelResults) -> Vec<String> {
    let others = |name: &str| -> Vec<&str> {
        let ties = results.ties.iter().filter(|(first, _)| first == name);
        ties.map(|(_, second)| &**second).collect()
    };
    let rows = results
        .rows
        .iter()
        .map(|row| (&row.name, others(&row.name)));
    rows.filter(|(_, others)| !others.is_empty())
        .map(|(name, others)| format!("{name} = {}", others.join(", ")))
        .collect()
}

fn ratio(estimate: &Estimate) -> String {
    let median = ratio_of(estimate.median);
    match estimate.interval {
        Some((low, high)) => {
            format!("{median} [{} {}]", ratio_of(low), ratio_of(high))
        }
        None => median,
    }
}

pub(crate) fn ratio_of(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 10.0 => format!("{ratio:.2}"),
        ratio if ratio < 100.0 => format!("{ratio:.1}"),
        ratio => format!("{ratio:.0}"),
    }
}

pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::Tie => "tie",
        Verdict::Unknown => "?",
    }
}

/// Nanoseconds with three digits and a unit.
pub(crate) fn time(nanos: f64) -> String {
    let (value, unit) = match nanos {
        nanos if nanos < 1e3 => (nanos, "ns"),
        nanos if nanos < 1e6 => (nanos / 1e3, "µs"),
        nanos if nanos < 1e9 => (nanos / 1e6, "ms"),
        nanos => (nanos / 1e9, "s"),
    };
    let digits = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

pub(crate) fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}
