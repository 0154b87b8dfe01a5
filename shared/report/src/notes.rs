//! What stands below a table: a line each, for a person.

use std::collections::BTreeMap;

use measure::{
    results::{Deviated, Kind, ModelResults, Results, Row},
    statistics::Verdict,
    summary,
};
use test_fixtures::Floor;

use crate::{
    figure::{by, ratio_of, time},
    groups,
    overview::ANOTHER_JOB,
    seen::{self, Words},
};

/// A time of less than so much of the floor is remarked on: a floor that is measured differs
/// from itself, too.
const BELOW_FLOOR: f64 = 0.9;

/// What stands before facts that are the same of every row in every round.
pub(crate) const SAME: &str = "seen of every row in every round";

/// What stands before facts in which no two rows differ by more than their rounds do.
pub(crate) const ALIKE: &str = "seen, differing between rounds but not between rows";

/// What stands before facts in which rows differ.
pub(crate) const DIFFERENT: &str = "seen, differing between rows";

/// Where the reference differs from itself by more, the table warns in words.
pub(crate) const COARSE: f64 = 1.25;

/// What the checks saw, what can't be told apart, what was disturbed, what deviates, what
/// failed; and what ran the peers, of these versions by package.
pub(crate) fn notes(
    results: &ModelResults,
    versions: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(seen(results));
    notes.extend(missed(results));
    notes.extend(near(results));
    notes.extend(many_ties(results));
    notes.extend(of_peers(results, versions));
    notes.extend(noisy(results));
    notes.extend(coarse(results));
    notes.extend(apart(results));
    notes.extend(below_floor(results));
    for row in &results.rows {
        // A line for all models names what isn't installed.
        if row.kind == Kind::Control || row.is_not_installed {
            continue;
        }
        if let Some(what) = &row.another_job {
            notes.push(format!("{ANOTHER_JOB} {}: another job, {what}", row.name));
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

/// What the checks saw, over all rounds.
fn seen(results: &ModelResults) -> Vec<String> {
    let Words {
        same,
        alike,
        different,
        legend,
    } = seen::words(results);
    let mut notes = Vec::new();
    if !same.is_empty() {
        notes.push(format!("{SAME}: {}", same.join(", ")));
    }
    if !alike.is_empty() {
        notes.push(format!("{ALIKE}: {}", alike.join(", ")));
    }
    if !different.is_empty() {
        notes.push(format!("{DIFFERENT}: {legend}"));
        notes.extend(different.iter().map(|fact| format!("  {fact}")));
    }
    notes
}

/// The peers that this machine lacks something for: each reason once, with the rows of all
/// models that it keeps from running.
pub fn not_run(results: &Results) -> Vec<String> {
    let of_model = |model: &'_ ModelResults| {
        let rows = model
            .rows
            .iter()
            .filter(|row| row.is_not_installed && row.kind != Kind::Control);
        let missing = rows.filter_map(|row| {
            let why = row.failures.values().last()?;
            Some((format!("{}/{}", model.name, row.name), why.clone()))
        });
        missing.collect::<Vec<_>>()
    };
    let missing: Vec<_> = results.models.iter().flat_map(of_model).collect();
    test_fixtures::not_run(missing.iter().map(|(id, why)| (id, why.as_str())))
}

/// Which Python, Node and Go ran which rows.
pub(crate) fn of_peers(
    results: &ModelResults,
    versions: &BTreeMap<String, String>,
) -> Option<String> {
    let languages = [
        ("Python", "python", ".py"),
        ("Node", "node", ".mjs"),
        ("Go", "go", ".go"),
    ];
    let of_language = |(title, name, ending): (&str, &str, &str)| {
        let version = versions.get(name)?;
        let is_of_it = |row: &&Row| {
            let source = row.source.as_ref().filter(|_| row.kind == Kind::Peer);
            let is_of_it = source.is_some_and(|source| source.path.ends_with(ending));
            is_of_it && !row.is_not_installed
        };
        let names = results.rows.iter().filter(is_of_it).map(|row| &*row.name);
        let names: Vec<&str> = names.collect();
        (!names.is_empty()).then(|| format!("{title} {version}: {}", names.join(", ")))
    };
    let lines: Vec<_> = languages.into_iter().filter_map(of_language).collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// That no row keeps the deadline, where none can.
pub(crate) fn missed(results: &ModelResults) -> Option<String> {
    let floor = results.floors.last()?;
    let deadline = time(floor.missed()? as f64);
    Some(format!(
        "no row keeps the deadline of {deadline}: {}",
        floor.reason
    ))
}

/// Which rows took less time than the floor. Where the floor is measured, its own noise can
/// be the cause.
fn below_floor(results: &ModelResults) -> Option<String> {
    let below = |row: &Row| {
        let ratio = row.summary.as_ref()?.to_floor?.median;
        (row.kind != Kind::Control && ratio < BELOW_FLOOR)
            .then(|| format!("{} ({} × floor)", row.name, ratio_of(ratio)))
    };
    let names: Vec<String> = results.rows.iter().filter_map(below).collect();
    if names.is_empty() {
        return None;
    }
    let nanos = || results.floors.iter().map(|floor: &Floor| floor.nanos);
    let why = match nanos().min().zip(nanos().max()) {
        Some((least, most)) if least < most => format!(
            "the floor is measured, and it was {} to {} in these rounds, so it is not \
             known well enough",
            time(least as f64),
            time(most as f64)
        ),
        _ => "either the floor is wrong, or the check missed that work was left out"
            .to_owned(),
    };
    Some(format!(
        "faster than the floor: {}; {why}",
        names.join(", ")
    ))
}

/// Notes that a resolution is so coarse that a tie means little.
fn coarse(results: &ModelResults) -> Option<String> {
    let resolution = results.resolution.filter(|factor| *factor > COARSE)?;
    Some(format!(
        "{} differs from itself by up to {}, so a tie means little here; more --rounds on \
         a quieter machine can show smaller differences",
        results.reference,
        by(resolution)
    ))
}

/// The rows that are not compared, although there are rounds enough.
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

/// Which rows are a tie although 1 is not in their interval: it is the noise that keeps
/// them back.
pub(crate) fn near(results: &ModelResults) -> Option<String> {
    let resolution = results.resolution?;
    let is_near = |row: &&Row| {
        let summary = row.summary.as_ref().filter(|_| row.kind != Kind::Control);
        summary.is_some_and(|summary| {
            let interval = summary.to_reference.and_then(|ratio| ratio.interval);
            // As far as the table shows it.
            let leaves_out_1 = |(low, high)| 1.005 < low || high < 0.995;
            summary.verdict == Some(Verdict::Tie) && interval.is_some_and(leaves_out_1)
        })
    };
    let rows = results.rows.iter().filter(is_near);
    let names: Vec<&str> = rows.map(|row| &*row.name).collect();
    (!names.is_empty()).then(|| {
        let noise = by(resolution);
        format!(
            "a tie although the interval leaves out 1, since {noise} is noise: {}",
            names.join(", ")
        )
    })
}

/// How many pairs are ties, where these are too many for letters.
pub(crate) fn many_ties(results: &ModelResults) -> Option<String> {
    if groups::letters(results).is_some() {
        return None;
    }
    let rows = results.rows.iter();
    let rows = rows.filter(|row| row.kind != Kind::Control && row.summary.is_some());
    let rows = rows.count();
    let pairs = rows * rows.saturating_sub(1) / 2;
    Some(format!(
        "{} of {pairs} pairs of rows can't be told apart; results.json names them",
        results.ties.len()
    ))
}
