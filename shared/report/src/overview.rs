//! The overview: models down, runtimes across, in each cell the verdict and the ratio that it
//! rests on.
//!
//! It is made from the verdicts of a comparison and from nothing else.

mod cell;
mod markup;
mod picture;
mod text;

use measure::results::{Kind, ModelResults, Results, Row};
use serde::{Deserialize, Serialize};
use test_fixtures::RUNTIMES;

pub(crate) use self::markup::markup;
pub use self::{
    cell::{Cell, Mark},
    picture::picture,
    text::text,
};

/// Models down, runtimes across.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// The runtimes in which any model has a row: maintained ones, then peers and the user's
    /// own programs, then discontinued ones.
    pub columns: Vec<Column>,
    /// One for each model that has a whole round.
    pub lines: Vec<Line>,
}

/// A runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// `tokio`, or the language of peers.
    pub runtime: String,
    /// Whether all of its rows are on discontinued packages.
    pub legacy: bool,
}

/// A model's rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The model's name.
    pub model: String,
    /// The row that ratios are to.
    pub reference: String,
    /// The plain row of each column: the first in reading order. `None` where the model has
    /// no row.
    pub plain: Vec<Option<Cell>>,
    /// The fastest row of each column, where it is another than the plain one and faster
    /// than that by its verdict.
    pub best: Vec<Option<Cell>>,
}

impl Overview {
    /// The overview of a comparison; `None` where no model has a whole round.
    pub fn of(results: &Results) -> Option<Self> {
        let models: Vec<&ModelResults> = results
            .models
            .iter()
            .filter(|model| model.rounds > 0)
            .collect();
        if models.is_empty() {
            return None;
        }
        let columns = columns(&models);
        let lines = models.iter().map(|model| line(model, &columns)).collect();
        Some(Self { columns, lines })
    }
}

fn columns(models: &[&ModelResults]) -> Vec<Column> {
    let mut columns: Vec<(usize, Column)> = Vec::new();
    for row in models.iter().flat_map(|model| rows(model)) {
        let known = columns
            .iter_mut()
            .find(|(_, column)| column.runtime == row.runtime());
        match known {
            Some((_, column)) => column.legacy &= row.legacy,
            None => {
                let place = RUNTIMES.iter().position(|name| *name == row.runtime());
                let column = Column {
                    runtime: row.runtime().to_owned(),
                    legacy: row.legacy,
                };
                columns.push((place.unwrap_or(RUNTIMES.len()), column));
            }
        }
    }
    columns.sort_by_key(|(place, column)| (column.legacy, *place));
    columns.into_iter().map(|(_, column)| column).collect()
}

fn rows(model: &ModelResults) -> impl Iterator<Item = &Row> {
    model.rows.iter().filter(|row| row.kind != Kind::Control)
}

fn line(model: &ModelResults, columns: &[Column]) -> Line {
    let of = |column: &Column| -> Vec<&Row> {
        let all = rows(model).filter(|row| row.runtime() == column.runtime);
        all.collect()
    };
    let plain = |column| of(column).first().map(|row| Cell::of(model, row));
    let best = |column| cell::best(model, &of(column));
    Line {
        model: model.name.clone(),
        reference: model.reference.clone(),
        plain: columns.iter().map(plain).collect(),
        best: columns.iter().map(best).collect(),
    }
}

/// What the signs mean, and what the numbers are: a sentence each.
fn legend(overview: &Overview) -> Vec<String> {
    let cells = || {
        let lines = overview.lines.iter();
        lines.flat_map(|line| line.plain.iter().chain(&line.best).flatten())
    };
    let mut references: Vec<&str> = Vec::new();
    for line in &overview.lines {
        if !references.contains(&&*line.reference) {
            references.push(&line.reference);
        }
    }
    let mut signs: Vec<String> = Mark::ALL
        .iter()
        .filter(|mark| cells().any(|cell| cell.mark == **mark))
        .map(|mark| format!("{} {}", mark.sign(), mark.meaning()))
        .collect();
    if cells().any(|cell| cell.deviates) {
        signs.push("* deviates from a case, as declared".to_owned());
    }
    let references = references.join(", ");
    let mut lines = vec![
        format!("A number is a time ÷ that of the reference ({references})."),
        format!("{}.", signs.join(", ")),
    ];
    let legacy = overview.columns.iter().filter(|column| column.legacy);
    let legacy: Vec<&str> = legacy.map(|column| &*column.runtime).collect();
    match &*legacy {
        [] => {}
        [one] => lines.push(format!("{one} is discontinued.")),
        all => lines.push(format!("{} are discontinued.", all.join(" and "))),
    }
    lines
}

#[cfg(test)]
mod tests;
