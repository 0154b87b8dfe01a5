//! What a model's comparison found, in a sentence or two.
//!
//! They are made from the verdicts. A row is ahead of another only where the two can be told
//! apart; rows are never ranked where they can't.

use measure::{
    results::{Kind, ModelResults, Row},
    statistics::{Estimate, FEWEST, Verdict, verdict},
    summary,
};
use test_fixtures::{Fact, Value};

use crate::{
    figure::{by, ratio_of, time},
    notes::COARSE,
    survey,
};

/// A finding names this many of a runtime's rows, and counts the others.
const NAMED: usize = 3;

/// The findings of a model: one sentence each.
pub fn findings(results: &ModelResults) -> Vec<String> {
    let rows: Vec<&Row> = results
        .rows
        .iter()
        .filter(|row| row.kind != Kind::Control)
        .collect();
    let measured: Vec<&Row> = rows
        .iter()
        .copied()
        .filter(|row| row.summary.is_some())
        .collect();
    let mut sentences = match &*measured {
        [] => vec!["No row has a figure.".to_owned()],
        [row] => vec![format!(
            "{} alone was measured, so nothing is compared: it took {}.",
            row.name,
            time(median(row))
        )],
        _ => compared(results, &measured),
    };
    sentences.extend(not_reached(&measured));
    sentences.extend(surveyed(results));
    sentences.extend(failures(results, &rows));
    sentences
}

/// The findings as one paragraph, behind the model's name.
pub fn paragraph(results: &ModelResults) -> String {
    format!("{}: {}", results.name, findings(results).join(" "))
}

fn compared(results: &ModelResults, measured: &[&Row]) -> Vec<String> {
    let reference = measured.iter().find(|row| row.name == results.reference);
    let Some(reference) = reference else {
        return vec![format!(
            "Nothing is compared, since {}, which ratios are to, has no figure.",
            results.reference
        )];
    };
    let Some(resolution) = results.resolution else {
        return vec![format!(
            "Nothing is compared: {FEWEST} rounds are needed, and {} were made.",
            results.rounds
        )];
    };
    let (same, apart): (Vec<&Row>, Vec<&Row>) = measured
        .iter()
        .partition(|row| summary::is_comparable(row, reference));
    let mut sentences = Vec::new();
    if same.len() > 1 {
        sentences.extend(order(results, &same));
        let noise = by(resolution);
        sentences.push(match resolution > COARSE {
            true => format!(
                "The machine was noisy: {} differs from itself by up to {noise}, so a tie \
                 says little.",
                results.reference
            ),
            false => format!("A difference below {noise} can't be seen here."),
        });
    }
    if !apart.is_empty() {
        sentences.push(match same.len() {
            0 => "Nothing is compared, since no row did the work.".to_owned(),
            _ => format!(
                "Not compared, since the work differs from that of {}: {}.",
                results.reference,
                list(&apart, measured)
            ),
        });
    }
    sentences
}

/// Which row leads, and how far behind the others are.
fn order(results: &ModelResults, rows: &[&Row]) -> Vec<String> {
    let mut sorted = rows.to_vec();
    let position = |row: &&Row| {
        let summary = row.summary.as_ref();
        summary
            .and_then(|summary| summary.to_reference)
            .map_or(1.0, |ratio| ratio.median)
    };
    sorted.sort_by(|a, b| position(a).total_cmp(&position(b)));
    let first = sorted[0];
    let (behind, ahead): (Vec<&Row>, Vec<&Row>) = sorted
        .iter()
        .partition(|row| is_slower(results, row, first));
    if behind.is_empty() {
        return vec![match rows.len() {
            2 => format!("{} tie.", list(rows, rows)),
            count => format!("All {count} rows tie."),
        }];
    }
    let front = match ahead.len() {
        1 => format!("{} is ahead.", first.name),
        2 => format!("{} are ahead, and can't be told apart.", list(&ahead, rows)),
        _ => format!(
            "{} are ahead, and none can be told apart from {}.",
            list(&ahead, rows),
            first.name
        ),
    };
    vec![front, distances(results, first, &behind, rows)]
}

/// "crossbeam takes 1.25 times as long as tokio, python 5.00 times."
fn distances(
    results: &ModelResults,
    first: &Row,
    behind: &[&Row],
    rows: &[&Row],
) -> String {
    let groups = groups(results, behind);
    let shown: Vec<&[&Row]> = match &*groups {
        [near, .., far] if groups.len() > 3 => vec![near, far],
        all => all.to_vec(),
    };
    let between: usize = groups.iter().map(|group| group.len()).sum::<usize>()
        - shown.iter().map(|group| group.len()).sum::<usize>();
    let mut parts = Vec::new();
    for (place, group) in shown.iter().enumerate() {
        let ratios = group
            .iter()
            .filter_map(|row| summary::ratio(row, first))
            .collect::<Vec<Estimate>>();
        let factor = range(&ratios);
        let names = list(group, rows);
        let verb = if group.len() == 1 { "takes" } else { "take" };
        parts.push(match place {
            0 => format!("{names} {verb} {factor} times as long as {}", first.name),
            _ => format!("{names} {factor} times"),
        });
    }
    let text = match (&*parts, between) {
        (_, 1..) => format!("{}; {between} rows lie between", parts.join(", ")),
        _ => parts.join(", "),
    };
    format!("{text}.")
}

/// The factors of a group: of one row its median, of several the least and the most.
fn range(ratios: &[Estimate]) -> String {
    let medians = ratios.iter().map(|ratio| ratio.median);
    let least = ratio_of(medians.clone().fold(f64::INFINITY, f64::min));
    let most = ratio_of(medians.fold(0.0, f64::max));
    match least == most {
        true => least,
        false => format!("{least} to {most}"),
    }
}

/// Sorted rows in groups, of which each row is slower than each row of the groups before.
/// Within a group there is no order.
fn groups<'a, 'r>(results: &ModelResults, sorted: &'a [&'r Row]) -> Vec<&'a [&'r Row]> {
    let mut groups = Vec::new();
    let mut begin = 0;
    for at in 1..=sorted.len() {
        let is_apart = sorted[at..].iter().all(|later| {
            let mut earlier = sorted[..at].iter();
            earlier.all(|earlier| is_slower(results, later, earlier))
        });
        if is_apart {
            groups.push(&sorted[begin..at]);
            begin = at;
        }
    }
    groups
}

fn is_slower(results: &ModelResults, row: &Row, than: &Row) -> bool {
    let ratio = summary::ratio_within(row, than, results.tail());
    ratio.map(|ratio| verdict(&ratio, results.resolution)) == Some(Verdict::Slower)
}

/// What some rows reached in every round, and others in none: "Not all
/// reached 100 (peak in flight): surf 50."
fn not_reached(measured: &[&Row]) -> Vec<String> {
    let mut names: Vec<(&str, u64)> = Vec::new();
    for fact in measured.iter().flat_map(|row| facts(row)) {
        if let Some(of) = fact.of
            && !names.contains(&(&*fact.name, of))
        {
            names.push((&fact.name, of));
        }
    }
    let mut sentences = Vec::new();
    for (name, of) in names {
        let counts = |row: &Row| -> Vec<u64> {
            facts(row)
                .filter(|fact| fact.name == name && fact.of == Some(of))
                .filter_map(|fact| match fact.value {
                    Value::Count(count) => Some(count),
                    _ => None,
                })
                .collect()
        };
        let reached = |row: &Row| counts(row).iter().any(|count| *count >= of);
        if !measured.iter().any(|row| reached(row)) {
            continue;
        }
        let short: Vec<String> = measured
            .iter()
            .filter(|row| !reached(row))
            .filter_map(|row| {
                let most = counts(row).into_iter().max()?;
                Some(format!("{} {most}", row.name))
            })
            .collect();
        if !short.is_empty() {
            let short = short.join(", ");
            sentences.push(format!("Not all reached {of} ({name}): {short}."));
        }
    }
    sentences
}

/// "Every failing piece went wrong, and every cure held: 9 on tokio and smol, 3 on rayon."
fn surveyed(results: &ModelResults) -> Option<String> {
    let counts = survey::counts(results);
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for count in &counts {
        let figure = match count.bites == count.of {
            true => count.of.to_string(),
            false => format!("{} of {}", count.bites, count.of),
        };
        match groups.iter_mut().find(|(known, _)| *known == figure) {
            Some((_, rows)) => rows.push(count.row),
            None => groups.push((figure, vec![count.row])),
        }
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|(figure, rows)| format!("{figure} on {}", and(rows)))
        .collect();
    let all = counts.iter().all(|count| count.bites == count.of);
    let pieces = if all {
        "Every failing piece"
    } else {
        "Failing pieces"
    };
    (!counts.is_empty()).then(|| {
        let groups = groups.join(", ");
        format!("{pieces} went wrong, and every cure held: {groups}.")
    })
}

fn facts(row: &Row) -> impl Iterator<Item = &Fact> {
    row.samples.iter().flat_map(|sample| &sample.facts.seen)
}

/// Rows that failed. A peer that is not installed did not fail.
fn failures(results: &ModelResults, rows: &[&Row]) -> Vec<String> {
    let failed = rows
        .iter()
        .filter(|row| !row.failures.is_empty() && !row.is_not_installed);
    failed
        .map(|row| {
            let why = row.failures.values().next_back().map_or("", |why| why);
            let why = why.trim_end_matches('.');
            match row.summary {
                None => format!("{} failed: {why}.", row.name),
                Some(_) => format!(
                    "{} failed in {} of {} rounds: {why}.",
                    row.name,
                    row.failures.len(),
                    results.rounds
                ),
            }
        })
        .collect()
}

/// Rows by their names: "tokio, smol and 2 of rayon's 3 rows".
fn list(group: &[&Row], all: &[&Row]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut had: Vec<&str> = Vec::new();
    // In reading order, so that the order is no rank.
    for row in all {
        let is_in = |row: &Row| group.iter().any(|one| one.name == row.name);
        let of_runtime = |one: &&&Row| one.runtime() == row.runtime();
        if !is_in(row) || had.contains(&row.runtime()) {
            continue;
        }
        let members = all.iter().filter(of_runtime);
        let inside = members.clone().filter(|one| is_in(one));
        match (inside.count(), members.count()) {
            (inside, members) if inside > NAMED && inside < members => {
                had.push(row.runtime());
                let runtime = row.runtime();
                parts.push(format!("{inside} of {runtime}'s {members} rows"));
            }
            (inside, members) if inside == members && inside > 2 => {
                had.push(row.runtime());
                parts.push(format!("{}'s {inside} rows", row.runtime()));
            }
            _ => parts.push(row.name.clone()),
        }
    }
    let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
    and(&parts)
}

/// "tokio, smol and rayon".
fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn median(row: &Row) -> f64 {
    let summary = row.summary.as_ref();
    summary.map_or(0.0, |summary| summary.time.median)
}

#[cfg(test)]
mod tests;
