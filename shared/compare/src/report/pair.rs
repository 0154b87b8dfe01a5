//! The pair of rows that a model's code opens on: those that the model's author names.
//!
//! Where one of these is not among the rows, it is the two current variants with the fewest
//! lines of code that differ, comments and blank lines aside.

use diff::Result as Part;

use crate::results::{Kind, ModelResults, Row};

/// Two rows to open on; without such a pair, the first two that have a source.
pub(super) fn opening(results: &ModelResults) -> Option<[usize; 2]> {
    named(results).or_else(|| nearest(results))
}

fn named(results: &ModelResults) -> Option<[usize; 2]> {
    let row = |name: &String| {
        let mut rows = results.rows.iter();
        rows.position(|row| row.name == *name && row.source.is_some())
    };
    let [left, right] = results.pair.as_ref()?;
    Some([row(left)?, row(right)?]).filter(|[left, right]| left != right)
}

fn nearest(results: &ModelResults) -> Option<[usize; 2]> {
    let rows = results.rows.iter().enumerate();
    let sourced: Vec<(usize, &Row)> =
        rows.filter(|(_, row)| row.source.is_some()).collect();
    let current = |row: &Row| row.kind == Kind::Variant && !row.legacy;
    let mut pairs = Vec::new();
    for (at, (left, left_row)) in sourced.iter().enumerate() {
        for (right, right_row) in &sourced[at + 1..] {
            if current(left_row) && current(right_row) {
                pairs.push((differing(left_row, right_row), [*left, *right]));
            }
        }
    }
    let nearest = pairs.into_iter().min_by_key(|(lines, _)| *lines);
    nearest.map(|(_, pair)| pair).or(match sourced[..] {
        [(left, _), (right, _), ..] => Some([left, right]),
        _ => None,
    })
}

fn differing(left: &Row, right: &Row) -> usize {
    let (left, right) = (code(left), code(right));
    let parts = diff::slice(&left, &right);
    parts
        .iter()
        .filter(|part| !matches!(part, Part::Both(..)))
        .count()
}

fn code(row: &Row) -> Vec<&str> {
    let text = row.source.as_ref().map_or("", |source| &source.text);
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect()
}
