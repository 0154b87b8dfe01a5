//! What a model's comparison found, in a sentence or two.
//!
//! They are made from the verdicts. A row is ahead of another only where the two can be told
//! apart; rows are never ranked where they can't.

use measure::{
    results::{Kind, ModelResults, Row},
    statistics::{FEWEST, Verdict, verdict},
    summary,
};
use test_fixtures::{Fact, NO_RUNTIME, Value};

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

/// The findings as one paragraph, behind the model's name and its job.
pub fn paragraph(results: &ModelResults) -> String {
    let (name, job) = (&results.name, &results.job);
    format!("{name} ({job}): {}", findings(results).join(" "))
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
    let (others, own): (Vec<&Row>, Vec<&Row>) =
        same.iter().partition(|row| row.another_job.is_some());
    let (ranked, few): (Vec<&Row>, Vec<&Row>) =
        own.iter().partition(|row| has_interval(row, reference));
    let mut sentences = Vec::new();
    if ranked.len() > 1 {
        sentences.extend(order(results, &ranked));
    }
    if !few.is_empty() {
        sentences.push(format!(
            "Not ranked, since fewer than {FEWEST} of its rounds have a figure: {}.",
            list(&few, measured)
        ));
    }
    sentences.extend(another_job(results, &others));
    if same.len() > 1 {
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

/// Whether it has rounds enough to be compared with the reference.
fn has_interval(row: &Row, reference: &Row) -> bool {
    let ratio = row.summary.as_ref().and_then(|one| one.to_reference);
    row.name == reference.name || ratio.is_some_and(|ratio| ratio.interval.is_some())
}

/// What rows of another job took: a clause of their own, and no rank.
fn another_job(results: &ModelResults, rows: &[&Row]) -> Option<String> {
    let mut kinds: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in rows {
        let what = row.another_job.as_deref().unwrap_or_default();
        match kinds.iter_mut().find(|(known, _)| *known == what) {
            Some((_, rows)) => rows.push(row),
            None => kinds.push((what, vec![row])),
        }
    }
    let parts: Vec<String> = kinds
        .iter()
        .map(|(what, rows)| {
            let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
            let verb = if names.len() == 1 { "takes" } else { "take" };
            format!("{} ({what}) {verb} {}", and(&names), figures(results, rows))
        })
        .collect();
    let they_do = match rows {
        [] => return None,
        [_] => "it does",
        _ => "they do",
    };
    let (parts, base) = (parts.join(", "), &results.reference);
    Some(format!(
        "Not ranked, since {they_do} another job: {parts} of {base}'s time."
    ))
}

/// Which row leads, how far behind the others are, and which are too uncertain to say.
fn order(results: &ModelResults, rows: &[&Row]) -> Vec<String> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| position(a).total_cmp(&position(b)));
    let is_first = |row: &&&Row| {
        let mut others = rows.iter();
        !others.any(|other| is_slower(results, row, other))
    };
    // A row that none beats leads; one whose own times are certain, if there is any.
    let candidates: Vec<&&Row> = sorted.iter().filter(is_first).collect();
    let certain = candidates.iter().find(|row| noise(row).is_none());
    let first: &Row = certain
        .or(candidates.first())
        .map_or(sorted[0], |first| first);
    let (behind, front): (Vec<&Row>, Vec<&Row>) = sorted
        .iter()
        .partition(|row| is_slower(results, row, first));
    if behind.is_empty() {
        let mut pairs = rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b)));
        let all_tie = !pairs.any(|(a, b)| is_slower(results, a, b));
        return vec![match rows.len() {
            _ if !all_tie => {
                format!("No row can be told apart from {}.", first.name)
            }
            2 => format!("{} tie.", list(rows, rows)),
            count => format!("All {count} rows tie."),
        }];
    }
    // On a machine that is noisy as a whole, a tie with the first says little of any row.
    let is_coarse = results.resolution.is_some_and(|factor| factor > COARSE);
    let (uncertain, ahead): (Vec<&Row>, Vec<&Row>) = front
        .iter()
        .partition(|row| row.name != first.name && (is_coarse || noise(row).is_some()));
    let base = &results.reference;
    let is = if ahead.len() == 1 { "is" } else { "are" };
    let at = match &*ahead {
        [one] if one.name == *base => String::new(),
        ahead => format!(", at {} of {base}'s time", figures(results, ahead)),
    };
    let rest = match (ahead.len(), noise(first)) {
        (1, Some(noise)) => {
            let by = by(noise);
            format!(", although its own time is uncertain by up to {by}")
        }
        (1, None) => String::new(),
        (2, _) => ", and can't be told apart".to_owned(),
        _ => format!(", and none can be told apart from {}", first.name),
    };
    let behind = distances(results, &behind, rows);
    let mut sentences = vec![format!("{} {is} ahead{at}{rest}.", list(&ahead, rows))];
    if !uncertain.is_empty() {
        sentences.push(format!(
            "{} can't be told apart from {}, since {}.",
            list(&uncertain, rows),
            first.name,
            too_noisy(&uncertain)
        ));
    }
    sentences.push(match at.is_empty() {
        true => format!("Behind, as multiples of its time: {behind}."),
        false => format!("Behind: {behind}."),
    });
    sentences
}

/// "its own time is uncertain by up to 62 %", or that the machine is.
fn too_noisy(rows: &[&Row]) -> String {
    let own: Option<Vec<f64>> = rows.iter().map(|row| noise(row)).collect();
    match own.map(|own| own.into_iter().fold(1.0, f64::max)) {
        None => "the machine was too noisy for that".to_owned(),
        Some(most) => {
            let whose = match rows {
                [_] => "its own time is",
                _ => "their own times are",
            };
            format!("{whose} uncertain by up to {}", by(most))
        }
    }
}

/// By what factor a row's own median is uncertain, where that is too much to rank it by.
fn noise(row: &Row) -> Option<f64> {
    let time = row.summary.as_ref()?.time;
    let (low, high) = time.interval?;
    let factor = (high / time.median).max(time.median / low);
    (factor > COARSE).then_some(factor)
}

/// Times the reference, as the table has it; 1 of the reference itself.
fn position(row: &Row) -> f64 {
    let summary = row.summary.as_ref();
    let ratio = summary.and_then(|summary| summary.to_reference);
    ratio.map_or(1.0, |ratio| ratio.median)
}

/// "std_only and smol at 1.00, rayon at 1.50": times the reference, as the table has them.
fn distances(results: &ModelResults, behind: &[&Row], rows: &[&Row]) -> String {
    let groups = groups(results, behind);
    let shown: Vec<&[&Row]> = match &*groups {
        [near, .., far] if groups.len() > 3 => vec![near, far],
        all => all.to_vec(),
    };
    let between: usize = groups.iter().map(|group| group.len()).sum::<usize>()
        - shown.iter().map(|group| group.len()).sum::<usize>();
    let parts = shown
        .iter()
        .map(|group| format!("{} at {}", list(group, rows), figures(results, group)));
    let parts = parts.collect::<Vec<_>>().join(", ");
    match between {
        0 => parts,
        between => format!("{parts}; {between} rows lie between"),
    }
}

/// "0.50", "0.50 to 0.61": of one row its ratio to the reference, of several the least and
/// the most.
fn figures(results: &ModelResults, rows: &[&Row]) -> String {
    if let [row] = rows
        && row.name == results.reference
    {
        return "1".to_owned();
    }
    let positions = rows.iter().map(|row| position(row));
    let least = ratio_of(positions.clone().fold(f64::INFINITY, f64::min));
    let most = ratio_of(positions.fold(0.0, f64::max));
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

/// Rows by their names: "tokio, smol and 4 of rayon's 5 rows".
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
                let rows = rows_on(row.runtime(), members);
                parts.push(format!("{inside} of {rows}"));
            }
            (inside, members) if inside == members && inside > 2 => {
                had.push(row.runtime());
                parts.push(rows_on(row.runtime(), inside));
            }
            _ => parts.push(row.name.clone()),
        }
    }
    let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
    and(&parts)
}

/// "tokio's 3 rows". Those without a runtime are not std's: `parking_lot` is one of them.
fn rows_on(runtime: &str, count: usize) -> String {
    match runtime {
        NO_RUNTIME => format!("the {count} rows on plain threads or processes"),
        runtime => format!("{runtime}'s {count} rows"),
    }
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
