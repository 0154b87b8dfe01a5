//! What the checks saw of each row, over all rounds.

use test_fixtures::Value;

use crate::{
    results::{Kind, ModelResults, Row},
    statistics::median,
};

/// One fact, of every row that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen<'a> {
    /// What it is: "peak in flight".
    pub name: &'a str,
    /// How much of it there could be.
    pub of: Option<u64>,
    /// In the order of the rows.
    pub rows: Vec<OfRow<'a>>,
    /// How much the rows differ in it.
    pub spread: Spread,
}

/// What was seen of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct OfRow<'a> {
    /// The row's name.
    pub row: &'a str,
    /// The rounds in which it was seen.
    pub rounds: usize,
    /// The rounds in which the row was checked.
    pub checked: usize,
    /// Its values in these rounds.
    pub values: Values<'a>,
}

/// A fact's values in the rounds of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Values<'a> {
    /// Counts or measures.
    Numbers {
        /// The middle one.
        median: f64,
        /// The least.
        least: f64,
        /// The greatest.
        most: f64,
        /// Whether all are whole numbers by their kind.
        are_counts: bool,
    },
    /// Words, each with the number of its rounds, the most frequent first.
    Words(Vec<(&'a str, usize)>),
}

/// How much rows differ in a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Every row has the same value in every round.
    Same,
    /// Values differ between rounds, and no two rows by more than that: of any two rows, the
    /// ranges overlap.
    Alike,
    /// Rows differ.
    Different,
}

/// The names of the facts that tables have a column for, in the order in which the checks
/// report them.
pub fn columns(results: &ModelResults) -> Vec<&str> {
    let samples = results.rows.iter().flat_map(|row| &row.samples);
    let mut names: Vec<&str> = Vec::new();
    for fact in samples.flat_map(|sample| &sample.facts.seen) {
        if fact.column && !names.contains(&&*fact.name) {
            names.push(&fact.name);
        }
    }
    names
}

/// The median of a row's numbers of that name; none where it has none in a round.
pub fn median_of(row: &Row, name: &str) -> Option<f64> {
    let numbers = row.samples.iter().map(|sample| {
        let mut facts = sample.facts.seen.iter();
        match facts.find(|fact| fact.name == name)?.value {
            Value::Count(count) => Some(count as f64),
            Value::Number(number) => Some(number),
            Value::Text(_) => None,
        }
    });
    median(&numbers.collect::<Option<Vec<f64>>>()?)
}

/// The facts of all rows but the control, in the order in which the checks report them.
pub fn seen(results: &ModelResults) -> Vec<Seen<'_>> {
    let rows: Vec<&Row> = results
        .rows
        .iter()
        .filter(|row| row.kind != Kind::Control && !row.samples.is_empty())
        .collect();
    let mut keys: Vec<(&str, Option<u64>)> = Vec::new();
    for row in &rows {
        for fact in row.samples.iter().flat_map(|sample| &sample.facts.seen) {
            let key = (&*fact.name, fact.of);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    let fact = |(name, of)| {
        let of_rows: Vec<_> = rows
            .iter()
            .filter_map(|row| of_row(row, name, of))
            .collect();
        Seen {
            name,
            of,
            spread: spread(&of_rows, rows.len()),
            rows: of_rows,
        }
    };
    keys.into_iter().map(fact).collect()
}

fn of_row<'a>(row: &'a Row, name: &str, of: Option<u64>) -> Option<OfRow<'a>> {
    let mut rounds = 0;
    let mut values: Vec<&'a Value> = Vec::new();
    for sample in &row.samples {
        let facts = sample.facts.seen.iter();
        let before = values.len();
        let these = facts.filter(|fact| fact.name == name && fact.of == of);
        values.extend(these.map(|fact| &fact.value));
        rounds += usize::from(values.len() > before);
    }
    (rounds > 0).then(|| OfRow {
        row: &row.name,
        rounds,
        checked: row.samples.len(),
        values: numbers(&values).unwrap_or_else(|| words(&values)),
    })
}

/// `None` if some are words.
fn numbers<'a>(values: &[&'a Value]) -> Option<Values<'a>> {
    let number = |value: &&Value| match value {
        Value::Count(count) => Some(*count as f64),
        Value::Number(number) => Some(*number),
        Value::Text(_) => None,
    };
    let numbers: Vec<f64> = values.iter().map(number).collect::<Option<_>>()?;
    Some(Values::Numbers {
        median: median(&numbers)?,
        least: numbers.iter().copied().reduce(f64::min)?,
        most: numbers.iter().copied().reduce(f64::max)?,
        are_counts: values.iter().all(|value| matches!(value, Value::Count(_))),
    })
}

fn words<'a>(values: &[&'a Value]) -> Values<'a> {
    let mut words: Vec<(&'a str, usize)> = Vec::new();
    for value in values {
        // A number among words is of no check.
        let Value::Text(text) = value else { continue };
        match words.iter_mut().find(|(known, _)| known == text) {
            Some((_, rounds)) => *rounds += 1,
            None => words.push((text, 1)),
        }
    }
    words.sort_by_key(|(_, rounds)| std::cmp::Reverse(*rounds));
    Values::Words(words)
}

fn spread(of_rows: &[OfRow<'_>], all: usize) -> Spread {
    let is_always = |row: &OfRow<'_>| row.rounds == row.checked;
    if of_rows.len() < all || !of_rows.iter().all(is_always) {
        return Spread::Different;
    }
    let first = &of_rows[0].values;
    if first.is_one() && of_rows.iter().all(|row| row.values == *first) {
        return Spread::Same;
    }
    let ranges: Option<Vec<_>> = of_rows.iter().map(|row| row.values.range()).collect();
    let Some(ranges) = ranges else {
        return Spread::Different;
    };
    // Ranges overlap two and two where the greatest of the lower ends is below all others.
    let low = ranges.iter().map(|(low, _)| *low).fold(f64::MIN, f64::max);
    let high = ranges
        .iter()
        .map(|(_, high)| *high)
        .fold(f64::MAX, f64::min);
    match low <= high {
        true => Spread::Alike,
        false => Spread::Different,
    }
}

impl Values<'_> {
    /// The least and the greatest; `None` of words.
    pub fn range(&self) -> Option<(f64, f64)> {
        match self {
            Self::Numbers { least, most, .. } => Some((*least, *most)),
            Self::Words(_) => None,
        }
    }

    /// Whether all rounds have the same.
    pub fn is_one(&self) -> bool {
        match self {
            Self::Numbers { least, most, .. } => least == most,
            Self::Words(words) => words.len() == 1,
        }
    }
}

#[cfg(test)]
mod tests;
