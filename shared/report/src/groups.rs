//! Rows that can't be told apart, as letters: two rows share a letter where, and only where,
//! they are a tie.
//!
//! A tie says nothing of a third row: a may tie with b, and b with c, while a is faster
//! than c. So a row may have several letters. Each is that of a group in which all rows
//! tie with each other: a maximal clique of the graph of ties (Bron and Kerbosch, 1973,
//! with a pivot). Groups whose pairs all stand in others are left out. Letters are given
//! in the order of the table and are no rank.

use std::collections::BTreeMap;

use measure::results::ModelResults;

/// Letters that a reader still takes in.
const MOST: usize = 12;
/// With more groups than this, no search for fewer is made.
const MOST_FOUND: usize = 200;

/// The letters of each row that has any, by its name; `None` where there are too many.
pub(crate) fn letters(results: &ModelResults) -> Option<BTreeMap<&str, String>> {
    let rows = results.rows.iter().map(|row| &*row.name);
    let names: Vec<&str> = rows.filter(|name| has_tie(results, name)).collect();
    let place = |name: &str| names.iter().position(|other| *other == name);
    let mut ties = vec![vec![false; names.len()]; names.len()];
    for (first, second) in &results.ties {
        let (first, second) = (place(first)?, place(second)?);
        ties[first][second] = first != second;
        ties[second][first] = first != second;
    }
    let mut letters: BTreeMap<&str, String> = BTreeMap::new();
    for (group, letter) in groups(&ties)?.iter().zip('a'..) {
        for row in group {
            letters.entry(names[*row]).or_default().push(letter);
        }
    }
    Some(letters)
}

fn has_tie(results: &ModelResults, name: &str) -> bool {
    let ties = results.ties.iter();
    ties.flat_map(|(first, second)| [first, second])
        .any(|tied| tied == name)
}

/// The fewest groups that were found to hold every tie, each in order.
pub(crate) fn groups(ties: &[Vec<bool>]) -> Option<Vec<Vec<usize>>> {
    let mut found = Vec::new();
    let all = (0..ties.len()).collect();
    cliques(ties, &mut Vec::new(), all, Vec::new(), &mut found)?;
    found.retain(|group| group.len() > 1);
    // The smallest goes first, if the others hold its pairs.
    found.sort_by_key(Vec::len);
    let mut at = 0;
    while at < found.len() {
        let group = found.remove(at);
        if !is_held(&group, &found) {
            found.insert(at, group);
            at += 1;
        }
    }
    for group in &mut found {
        group.sort_unstable();
    }
    found.sort();
    (found.len() <= MOST).then_some(found)
}

/// Whether each pair of the group stands in one of the others.
fn is_held(group: &[usize], others: &[Vec<usize>]) -> bool {
    let holds = |a, b| others.iter().any(|o| o.contains(a) && o.contains(b));
    let mut pairs = group
        .iter()
        .enumerate()
        .flat_map(|(at, a)| group[at + 1..].iter().map(move |b| (a, b)));
    pairs.all(|(a, b)| holds(a, b))
}

/// Adds all maximal cliques that hold `inside`, some of `open`, and none of `done`; `None`
/// if there are too many.
fn cliques(
    ties: &[Vec<bool>],
    inside: &mut Vec<usize>,
    mut open: Vec<usize>,
    mut done: Vec<usize>,
    found: &mut Vec<Vec<usize>>,
) -> Option<()> {
    let degree = |row: &usize| open.iter().filter(|other| ties[*row][**other]).count();
    let Some(pivot) = open.iter().chain(&done).copied().max_by_key(degree) else {
        found.push(inside.clone());
        return (found.len() <= MOST_FOUND).then_some(());
    };
    let mut candidates = open.clone();
    candidates.retain(|row| !ties[pivot][*row]);
    for row in candidates {
        let near = |rows: &[usize]| -> Vec<usize> {
            let near = rows.iter().copied().filter(|other| ties[row][*other]);
            near.collect()
        };
        inside.push(row);
        cliques(ties, inside, near(&open), near(&done), found)?;
        inside.pop();
        open.retain(|other| *other != row);
        done.push(row);
    }
    Some(())
}

#[cfg(test)]
mod tests;
