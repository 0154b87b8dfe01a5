//! What stands below a table: a line each, for a person.

use std::{cmp::Reverse, collections::BTreeMap};

use measure::{
    results::{Deviated, Kind, ModelResults, Row},
    statistics::Verdict,
    summary,
};
use test_fixtures::Fact;

/// A time of less than so much of the floor is remarked on: a floor that is measured differs
/// from itself, too.
const BELOW_FLOOR: f64 = 0.9;

/// Where the reference differs from itself by more, the table says so in words.
pub(crate) const COARSE: f64 = 1.25;

/// What the checks saw, what can't be told apart, what was disturbed, what deviates, what
/// failed; and what ran the peers, of these versions by package.
pub(crate) fn notes(
    results: &ModelResults,
    versions: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut notes = Vec::new();
    let Seen { by_all, by_some } = seen(results);
    if !by_all.is_empty() {
        notes.push(format!("seen by every check: {}", by_all.join(", ")));
    }
    notes.extend(by_some.iter().map(|fact| format!("seen: {fact}")));
    let ties = ties(results);
    if !ties.is_empty() {
        notes.push(format!("ties: {}", ties.join("; ")));
    }
    notes.extend(python(results, versions));
    notes.extend(noisy(results));
    notes.extend(coarse(results));
    notes.extend(apart(results));
    notes.extend(below_floor(results));
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

/// What the checks saw in the last round.
pub(crate) struct Seen {
    /// Facts that are the same of every row.
    pub(crate) by_all: Vec<String>,
    /// The others, each value with its rows.
    pub(crate) by_some: Vec<String>,
}

/// What the checks saw in the last round, in the order in which they tell it.
pub(crate) fn seen(results: &ModelResults) -> Seen {
    let rows: Vec<(&str, &[Fact])> = results
        .rows
        .iter()
        .filter(|row| row.kind != Kind::Control)
        .filter_map(|row| Some((&*row.name, &*row.samples.last()?.facts.seen)))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for fact in rows.iter().flat_map(|(_, facts)| *facts) {
        if !names.contains(&&*fact.name) {
            names.push(&fact.name);
        }
    }
    let mut seen = Seen {
        by_all: Vec::new(),
        by_some: Vec::new(),
    };
    for name in names {
        let mut values: Vec<(String, Vec<&str>)> = Vec::new();
        for (row, facts) in &rows {
            for fact in facts.iter().filter(|fact| fact.name == name) {
                let fact = fact.to_string();
                match values.iter_mut().find(|(known, _)| *known == fact) {
                    Some((_, rows)) => rows.push(row),
                    None => values.push((fact, vec![row])),
                }
            }
        }
        values.sort_by_key(|(_, rows)| Reverse(rows.len()));
        match &*values {
            [(fact, by)] if by.len() == rows.len() => seen.by_all.push(fact.clone()),
            _ => seen.by_some.push(values_with_rows(name, &values)),
        }
    }
    seen
}

/// "peak in flight, of 100: 100 (tokio, smol), 50 (surf)".
fn values_with_rows(name: &str, values: &[(String, Vec<&str>)]) -> String {
    let first = values
        .first()
        .and_then(|(fact, _)| fact.rsplit_once(" of "));
    let of = first.map(|(_, of)| format!(" of {of}"));
    let of = of.filter(|of| values.iter().all(|(fact, _)| fact.ends_with(of)));
    let of = of.unwrap_or_default();
    let value = |(fact, rows): &(String, Vec<&str>)| {
        let value = fact.strip_prefix(name).unwrap_or(fact).trim_start();
        let value = value.strip_suffix(&*of).unwrap_or(value);
        format!("{value} ({})", rows.join(", "))
    };
    let values: Vec<_> = values.iter().map(value).collect();
    let comma = if of.is_empty() { "" } else { "," };
    format!("{name}{comma}{of}: {}", values.join(", "))
}

/// Which Python ran which rows.
pub(crate) fn python(
    results: &ModelResults,
    versions: &BTreeMap<String, String>,
) -> Option<String> {
    let version = versions.get("python")?;
    let is_python = |row: &&Row| {
        let source = row.source.as_ref().filter(|_| row.kind == Kind::Peer);
        source.is_some_and(|source| source.path.ends_with(".py"))
    };
    let names: Vec<&str> = results
        .rows
        .iter()
        .filter(is_python)
        .map(|row| &*row.name)
        .collect();
    (!names.is_empty()).then(|| format!("Python {version}: {}", names.join(", ")))
}

/// Who took less time than the job can take: it did not do the job, or the floor is wrong.
fn below_floor(results: &ModelResults) -> Option<String> {
    let below = |row: &&Row| {
        let ratio = row.summary.as_ref().and_then(|summary| summary.to_floor);
        ratio.is_some_and(|ratio| ratio.median < BELOW_FLOOR)
    };
    let rows = results.rows.iter().filter(|row| row.kind != Kind::Control);
    let names: Vec<&str> = rows.filter(below).map(|row| &*row.name).collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("below the floor, so the job was not done or the floor is wrong: {names}")
    })
}

/// What a resolution is like that tells little.
fn coarse(results: &ModelResults) -> Option<String> {
    let resolution = results.resolution.filter(|factor| *factor > COARSE)?;
    Some(format!(
        "{0} differs from itself by up to {resolution:.2} times, so a tie means little \
         here; more --rounds on a quieter machine tell more",
        results.reference
    ))
}

/// Who is not compared, although there are rounds enough.
fn apart(results: &ModelResults) -> Option<String> {
    results.resolution?;
    let is_apart = |row: &&Row| {
        let verdict = row.summary.as_ref().and_then(|summary| summary.verdict);
        row.kind != Kind::Control && verdict == Some(Verdict::Unknown)
    };
    let rows = results.rows.iter().filter(is_apart);
    let names: Vec<&str> = rows.map(|row| &*row.name).collect();
    let reference = results
        .rows
        .iter()
        .find(|row| row.name == results.reference)?;
    match (&*names, summary::is_comparable(reference, reference)) {
        ([], _) => None,
        (_, true) => Some(format!(
            "? not compared with {}, since they did not do the same: {}",
            results.reference,
            names.join(", ")
        )),
        (_, false) => Some(format!(
            "? nothing is compared, since {} did nothing; `compare run {} …` shows why",
            results.reference, results.name
        )),
    }
}

/// The rounds that something disturbed, counted from 1 as the progress does.
fn noisy(results: &ModelResults) -> Option<String> {
    const MOST: usize = 5;
    let first = results.noisy.iter().take(MOST);
    let mut rounds: Vec<_> = first
        .map(|noisy| format!("{} ({})", noisy.round + 1, noisy.why))
        .collect();
    let more = results.noisy.len().saturating_sub(MOST);
    if more > 0 {
        rounds.push(format!("{more} more"));
    }
    let rounds = rounds.join("; ");
    (!rounds.is_empty())
        .then(|| format!("noisy rounds, which count like the rest: {rounds}"))
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
