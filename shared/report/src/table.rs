//! A model's results as a table, and the lines above it.

use std::collections::BTreeMap;

use measure::{results::ModelResults, statistics::FEWEST};
use test_fixtures::{Floor, local, markdown, wrap};

use crate::{
    figure::{by, time},
    notes::notes,
    terminal,
};

mod columns;
mod legend;

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
    let wrapped = |lines: &[String]| -> String {
        let wrapped = lines.iter().map(|line| {
            let indent = line.len() - line.trim_start().len();
            wrap(&local(line), width, indent + 2) + "\n"
        });
        wrapped.collect()
    };
    let head = [
        format!("{}: {}", results.name, results.job),
        floor(results),
        rounds(results),
    ];
    format!(
        "{}\n{}\n\n{}",
        wrapped(&head),
        columns::within(results, width).0,
        wrapped(&notes(results, versions))
    )
}

fn document(results: &ModelResults, versions: &BTreeMap<String, String>) -> String {
    let text = |text: &str| Style::Markdown.text(text);
    let notes = notes(results, versions)
        .into_iter()
        .map(|note| format!("- {}\n", text(note.trim_start())));
    format!(
        "## {}: {}\n\n{}; {}\n\n{}\n\n{}",
        text(&results.name),
        text(&results.job),
        text(&floor(results)),
        text(&rounds(results)),
        columns::document(results),
        notes.collect::<String>()
    )
}

/// How to read the tables of these models, once for all of them, with the columns that
/// had no room.
pub fn legend(models: &[ModelResults], style: Style) -> String {
    let width = terminal::width().max(NARROWEST);
    let mut lines = legend::lines(models);
    match style {
        Style::Terminal => {
            lines.extend(legend::left_out(models, width));
            let wrapped = lines
                .iter()
                .map(|line| wrap(&format!("  {}", local(line)), width, 4) + "\n");
            format!("how to read the tables:\n{}", wrapped.collect::<String>())
        }
        Style::Markdown => {
            let bullets = lines.iter().map(|line| format!("- {}\n", style.text(line)));
            format!("How to read the tables:\n\n{}", bullets.collect::<String>())
        }
    }
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
        .map(|(rows, nanos, reason)| {
            format!("; floor of {rows}: {} ({reason})", time(nanos))
        })
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
        let rows: Vec<_> = results
            .rows
            .iter()
            .filter(|row| other.is_of(&row.name))
            .collect();
        let nanos = results.floor_of(rows.first()?)?;
        let names: Vec<_> = rows.iter().map(|row| &*row.name).collect();
        Some((names.join(", "), nanos, &*other.reason))
    });
    others.collect()
}

/// How many rounds there were, and which differences are noise in them.
pub fn rounds(results: &ModelResults) -> String {
    let rounds = match results.rounds {
        1 => "1 round".to_owned(),
        rounds => format!("{rounds} rounds"),
    };
    let rounds = match results.trials {
        1 => rounds,
        trials => format!("{rounds}, each the middle one of up to {trials} trials"),
    };
    match results.resolution {
        Some(resolution) => format!(
            "{rounds}; up to {} is noise: {} differs from itself by that much",
            by(resolution),
            results.reference
        ),
        None => {
            format!("{rounds}; {FEWEST} are needed to know a difference from noise")
        }
    }
}

#[cfg(test)]
mod tests;
