//! What stands below a table: a line each, for a person.

use crate::results::{Deviated, Kind, ModelResults};

/// What the checks saw, what can't be told apart, what was disturbed, what deviates, what
/// failed.
pub(crate) fn notes(results: &ModelResults) -> Vec<String> {
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
    notes.extend(noisy(results));
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
