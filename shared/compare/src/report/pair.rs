//! The pair of rows that a model's code opens on.
//!
//! Of the current variants that are on different runtimes, it is the two with the fewest
//! lines of code that differ, comments and blank lines aside: where the most is common,
//! what differs is the runtime.

use diff::Result as Part;

use crate::results::{Kind, ModelResults, Row};

/// Two rows to open on; without such a pair, the first two that have a source.
pub(super) fn opening(results: &ModelResults) -> Option<[usize; 2]> {
    let rows: Vec<(usize, &Row)> = results.rows.iter().enumerate().collect();
    let sourced: Vec<_> = rows
        .into_iter()
        .filter(|(_, row)| row.source.is_some())
        .collect();
    let current = |row: &Row| row.kind == Kind::Variant && !row.legacy;
    let mut pairs = Vec::new();
    for (at, (left, left_row)) in sourced.iter().enumerate() {
        for (right, right_row) in &sourced[at + 1..] {
            let apart = runtime(&left_row.name) != runtime(&right_row.name);
            if apart && current(left_row) && current(right_row) {
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

/// The first word of a name: `tokio` and `tokio_hyper` are on one runtime.
fn runtime(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
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
