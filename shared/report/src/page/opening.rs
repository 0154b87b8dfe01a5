//! The pair of rows that a model's code opens on: those that the model's author names.
//!
//! Where one of these is not among the rows, it is the two current variants whose lessons
//! differ in the fewest lines.

use measure::results::{Kind, ModelResults, Row};

use crate::difference::{Change, Cut, Difference};

/// Two rows to open on; without such a pair, the first two that have a source.
pub(super) fn opening(
    results: &ModelResults,
    cuts: &[Option<Cut<'_>>],
) -> Option<[usize; 2]> {
    named(results).or_else(|| nearest(results, cuts))
}

fn named(results: &ModelResults) -> Option<[usize; 2]> {
    let row = |name: &String| {
        let mut rows = results.rows.iter();
        rows.position(|row| row.name == *name && row.source.is_some())
    };
    let [left, right] = results.pair.as_ref()?;
    Some([row(left)?, row(right)?]).filter(|[left, right]| left != right)
}

fn nearest(results: &ModelResults, cuts: &[Option<Cut<'_>>]) -> Option<[usize; 2]> {
    let current = |row: &Row| row.kind == Kind::Variant && !row.legacy;
    let rows = cuts.iter().enumerate().zip(&results.rows);
    let sourced: Vec<(usize, &Cut<'_>, &Row)> = rows
        .filter_map(|((index, cut), row)| Some((index, cut.as_ref()?, row)))
        .collect();
    let mut pairs = Vec::new();
    for (at, (left, left_cut, left_row)) in sourced.iter().enumerate() {
        for (right, right_cut, right_row) in &sourced[at + 1..] {
            if current(left_row) && current(right_row) {
                pairs.push((differing(left_cut, right_cut), [*left, *right]));
            }
        }
    }
    let nearest = pairs.into_iter().min_by_key(|(lines, _)| *lines);
    nearest.map(|(_, pair)| pair).or(match sourced[..] {
        [(left, ..), (right, ..), ..] => Some([left, right]),
        _ => None,
    })
}

fn differing(left: &Cut<'_>, right: &Cut<'_>) -> usize {
    let rows = Difference::between(left, right).lesson;
    let differ = rows.iter().filter(|row| !matches!(row, Change::Same(_)));
    differ.count()
}
