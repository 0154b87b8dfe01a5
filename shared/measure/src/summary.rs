//! The summary of the samples of a model's rows.

use std::collections::BTreeMap;

use test_fixtures::{Done, Facts, Value};

use crate::{
    latency,
    results::{Kind, ModelResults, Row, Sample, Summary},
    statistics::{Estimate, TAIL, Verdict, estimate_within, median, resolution, verdict},
};

type ByRound = BTreeMap<usize, f64>;

/// Fills in every row's summary, the resolution and the ties.
pub fn add(results: &mut ModelResults) {
    let tail = results.tail();
    let times: Vec<ByRound> = results.rows.iter().map(times).collect();
    let reference = results
        .rows
        .iter()
        .position(|row| row.name == results.reference);
    let control = results
        .rows
        .iter()
        .position(|row| row.kind == Kind::Control);
    results.resolution = match (reference, control) {
        (Some(reference), Some(control)) => {
            resolution(&ratios(&times[control], &times[reference]))
        }
        _ => None,
    };
    let did_the_same: Vec<bool> = results
        .rows
        .iter()
        .map(|row| reference.is_some_and(|at| is_comparable(row, &results.rows[at])))
        .collect();
    // Where nothing bounds the job from below, there is no ratio to it.
    let floors: Vec<_> = results
        .rows
        .iter()
        .map(|row| results.floor_of(row))
        .collect();
    for (index, row) in results.rows.iter_mut().enumerate() {
        let samples: Vec<f64> = times[index].values().copied().collect();
        let Some(time) = estimate_within(&samples, tail) else {
            continue;
        };
        let to_reference = match reference {
            Some(reference) if reference != index => {
                estimate_within(&ratios(&times[index], &times[reference]), tail)
            }
            _ => None,
        };
        let cost = |cost: fn(&Sample) -> f64| {
            let costs: Vec<f64> = row.samples.iter().map(cost).collect();
            median(&costs).expect("a row with times has samples")
        };
        let memory: Vec<f64> = row
            .samples
            .iter()
            .filter_map(|s| Some(s.memory?.peak as f64))
            .collect();
        row.summary = Some(Summary {
            time,
            to_floor: floors[index]
                .filter(|floor| *floor > 0.0)
                .and_then(|floor| {
                    let ratios: Vec<f64> =
                        samples.iter().map(|time| time / floor).collect();
                    estimate_within(&ratios, tail)
                }),
            to_reference,
            verdict: to_reference.map(|ratio| match did_the_same[index] {
                true => verdict(&ratio, results.resolution),
                false => Verdict::Unknown,
            }),
            cpu: cost(|s| (s.usage.user_nanos + s.usage.system_nanos) as f64),
            memory: median(&memory),
            switches: cost(|s| {
                (s.usage.voluntary_switches + s.usage.involuntary_switches) as f64
            }),
            latency: None,
        });
    }
    results.ties = ties(results, &times);
    latency::add(results);
}

/// How much of the job was done, in any of the rounds, by the check's word; by a fact of
/// that meaning in results of earlier versions.
fn done(row: &Row) -> Vec<Done> {
    let mut all = Vec::new();
    for sample in &row.samples {
        let done = sample.facts.done.or_else(|| earlier(&sample.facts));
        all.extend(done.filter(|done| !all.contains(done)));
    }
    all
}

fn earlier(facts: &Facts) -> Option<Done> {
    let ok = facts.seen.iter().find(|fact| fact.name == "ok")?;
    match ok.value {
        Value::Count(items) => Some(Done {
            items,
            of: ok.of.unwrap_or(items),
        }),
        _ => None,
    }
}

/// Whether two rows did the same work, and any. Rows that did not, as can be with the user's
/// own URLs, are not compared.
pub fn is_comparable(first: &Row, second: &Row) -> bool {
    let (first, second) = (done(first), done(second));
    first == second && (first.is_empty() || first.iter().any(|done| done.items > 0))
}

/// The first row's times ÷ the second's, round by round; `None` if they share no round, or
/// did not do the same work.
pub fn ratio(first: &Row, second: &Row) -> Option<Estimate> {
    ratio_within(first, second, TAIL)
}

/// The same, where an interval leaves the median out at each end with at most the chance of
/// `tail`: in a comparison that of [`ModelResults::tail`].
pub fn ratio_within(first: &Row, second: &Row, tail: f64) -> Option<Estimate> {
    if !is_comparable(first, second) {
        return None;
    }
    estimate_within(&ratios_of(first, second), tail)
}

/// The first row's times ÷ the second's, one for each round that both were in.
pub(crate) fn ratios_of(first: &Row, second: &Row) -> Vec<f64> {
    ratios(&times(first), &times(second))
}

fn times(row: &Row) -> ByRound {
    row.samples
        .iter()
        .map(|sample| (sample.round, sample.nanos as f64))
        .collect()
}

/// One ratio for each round that both were in.
fn ratios(above: &ByRound, below: &ByRound) -> Vec<f64> {
    above
        .iter()
        .filter_map(|(round, time)| Some(time / below.get(round)?))
        .collect()
}

fn ties(results: &ModelResults, times: &[ByRound]) -> Vec<(String, String)> {
    let rows: Vec<_> = results
        .rows
        .iter()
        .zip(times)
        .filter(|(row, _)| row.kind != Kind::Control && row.summary.is_some())
        .collect();
    let mut ties = Vec::new();
    for (index, (first, first_times)) in rows.iter().enumerate() {
        for (second, second_times) in &rows[index + 1..] {
            if !is_comparable(first, second) {
                continue;
            }
            let ratio =
                estimate_within(&ratios(second_times, first_times), results.tail());
            let told = ratio.map(|ratio| verdict(&ratio, results.resolution));
            if told == Some(Verdict::Tie) {
                ties.push((first.name.clone(), second.name.clone()));
            }
        }
    }
    ties
}
