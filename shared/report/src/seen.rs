//! What the checks saw over all rounds, in words.

use measure::{
    results::ModelResults,
    seen::{OfRow, Seen, Spread, Values, seen},
};

use crate::figure::digits;

/// What the checks saw, each fact in a few words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// The same of every row in every round: "ok 500 of 500".
    pub(crate) same: Vec<String>,
    /// What rows differ in by no more than rounds do: "in flight 14 to 18 of 22".
    pub(crate) alike: Vec<String>,
    /// What rows differ in: "in flight (of 22): 14 to 16 (stream 15, surf 14); 18 (tokio)".
    pub(crate) different: Vec<String>,
    /// How to read these.
    pub(crate) legend: String,
}

/// What the checks saw of a model's rows.
pub(crate) fn words(results: &ModelResults) -> Words {
    let seen = seen(results);
    let of = |spread: Spread, words: fn(&Seen<'_>) -> String| -> Vec<String> {
        let these = seen.iter().filter(|seen| seen.spread == spread);
        these.map(words).collect()
    };
    let has_range = |row: &OfRow<'_>| !row.values.is_one();
    let varies = seen
        .iter()
        .any(|seen| seen.spread == Spread::Different && seen.rows.iter().any(has_range));
    let rounds = results.rounds;
    let legend = match (rounds, varies) {
        (1, _) => "in 1 round".to_owned(),
        (_, true) => {
            format!("least to most of {rounds} rounds (median of each row)")
        }
        (_, false) => format!("in each of {rounds} rounds"),
    };
    Words {
        same: of(Spread::Same, of_all),
        alike: of(Spread::Alike, of_all),
        different: of(Spread::Different, by_row),
        legend,
    }
}

/// "in flight 14 to 18 of 22".
fn of_all(seen: &Seen<'_>) -> String {
    let numbers = seen.rows.iter().filter_map(|row| row.values.range());
    let values = match numbers.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
        Some(ends) => range(ends, &seen.rows[0].values),
        None => text(&seen.rows[0].values),
    };
    let of = seen.of.map_or_else(String::new, |of| format!(" of {of}"));
    format!("{} {values}{of}", seen.name)
}

/// "in flight (of 22): 14 to 16 (stream 15, surf 14); 18 (tokio)": rows whose ranges
/// overlap stand together in the order of the table, which is no rank.
fn by_row(seen: &Seen<'_>) -> String {
    let least = |row: &OfRow<'_>| row.values.range().map_or(f64::MAX, |(low, _)| low);
    let mut rows: Vec<(usize, &OfRow<'_>)> = seen.rows.iter().enumerate().collect();
    rows.sort_by(|(_, a), (_, b)| least(a).total_cmp(&least(b)));
    let mut groups: Vec<Vec<(usize, &OfRow<'_>)>> = Vec::new();
    for (place, row) in rows {
        let group = groups
            .iter_mut()
            .find(|group| group.iter().any(|(_, other)| belong_together(other, row)));
        match group {
            Some(group) => group.push((place, row)),
            None => groups.push(vec![(place, row)]),
        }
    }
    let in_words = |mut group: Vec<(usize, &OfRow<'_>)>| {
        group.sort_by_key(|(place, _)| *place);
        let rows: Vec<_> = group.into_iter().map(|(_, row)| row).collect();
        group_in_words(&rows)
    };
    let groups: Vec<String> = groups.into_iter().map(in_words).collect();
    let of = seen.of.map_or_else(String::new, |of| format!(" (of {of})"));
    format!("{}{of}: {}", seen.name, groups.join("; "))
}

/// Whether two rows have what was seen in as many of their rounds, and there the same or in
/// ranges that overlap.
fn belong_together(first: &OfRow<'_>, second: &OfRow<'_>) -> bool {
    let is_always = |row: &OfRow<'_>| row.rounds == row.checked;
    let are_always = is_always(first) && is_always(second);
    let as_often = (first.rounds, first.checked) == (second.rounds, second.checked);
    let are_near = match (first.values.range(), second.values.range()) {
        (Some((low, high)), Some((other_low, other_high))) => {
            low <= other_high && other_low <= high
        }
        _ => first.values == second.values,
    };
    (are_always || as_often) && are_near
}

/// "14 to 16 (stream 15, surf 14)".
fn group_in_words(rows: &[&OfRow<'_>]) -> String {
    let first = rows[0];
    let rounds = match first.rounds == first.checked {
        true => String::new(),
        false => format!(" in {} of {} rounds", first.rounds, first.checked),
    };
    let ends = rows.iter().filter_map(|row| row.values.range());
    let ends = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let value = match ends {
        Some(ends) => range(ends, &first.values),
        None => text(&first.values),
    };
    let has_medians = ends.is_some_and(|(low, high)| low < high);
    let name = |row: &&OfRow<'_>| match &row.values {
        Values::Numbers {
            median, are_counts, ..
        } if has_medians => format!("{} {}", row.row, number(*median, *are_counts)),
        _ => row.row.to_owned(),
    };
    let names: Vec<String> = rows.iter().map(name).collect();
    format!("{value}{rounds} ({})", names.join(", "))
}

fn range((low, high): (f64, f64), values: &Values<'_>) -> String {
    let are_counts = matches!(
        values,
        Values::Numbers {
            are_counts: true,
            ..
        }
    );
    let (low, high) = (number(low, are_counts), number(high, are_counts));
    match low == high {
        true => low,
        false => format!("{low} to {high}"),
    }
}

/// A count is whole, unless it is a median between two.
fn number(number: f64, is_count: bool) -> String {
    match is_count {
        true if number.fract() == 0.0 || number >= 100.0 => format!("{number:.0}"),
        true => format!("{number:.1}"),
        false => digits(number),
    }
}

/// "working 500", or of several "task 3 in 4 of 6 rounds, else task 1 or another".
fn text(values: &Values<'_>) -> String {
    let Values::Words(words) = values else {
        return String::new();
    };
    let all: usize = words.iter().map(|(_, rounds)| rounds).sum();
    match &**words {
        [] => String::new(),
        [(only, _)] => (*only).to_owned(),
        [(most, rounds), others @ ..] => {
            let others = match others.len() {
                1 => others[0].0.to_owned(),
                count => format!("{count} others"),
            };
            format!("{most} in {rounds} of {all} rounds, else {others}")
        }
    }
}

#[cfg(test)]
mod tests;
