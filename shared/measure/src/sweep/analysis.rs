//! The analysis of a sweep's trials: lines, what bounds them, and where they cross.

use crate::{
    latency::Meaning,
    results::{Kind, ModelResults, Row},
    statistics::{Estimate, estimate, median, verdict},
    summary,
    sweep::{
        crossing::{self, Crossing, Told},
        fit::{Growth, fit},
        knee::{self, RATE},
        results::{Bound, End, Line, Mark, P99, Point, Quantity, Sweep},
    },
};

/// What a job's work takes on one core is compared with under this name.
pub const ONE_CORE: &str = "one core";

/// Fills in lines, bounds and crossings, and knees where the sweep is over a rate.
pub fn add(sweep: &mut Sweep) {
    let Some(first) = sweep.points.first() else {
        return;
    };
    let rows = sweep.points.iter().flat_map(|point| &point.results.rows);
    let trials = rows.flat_map(|row| &row.samples);
    // A mark counts the trials that are the load's own, too.
    let latencies = trials.filter_map(|trial| trial.latency.as_ref());
    sweep.latency = latencies
        .map(|latency| match latency.response.is_empty() {
            true => Meaning::Service,
            false => Meaning::Response,
        })
        .min_by_key(|meaning| *meaning != Meaning::Response);
    let rows = first.results.rows.iter();
    sweep.lines = rows
        .filter(|row| row.kind != Kind::Control)
        .map(|row| line(row, &sweep.points, sweep.latency))
        .collect();
    if sweep.field == RATE && sweep.latency == Some(Meaning::Response) {
        add_knees(sweep);
    }
    sweep.bounds = [
        ("floor", floors as fn(&ModelResults) -> Vec<f64>),
        (ONE_CORE, one_core),
    ]
    .map(|(name, of)| bound(name, of, &sweep.points))
    .into_iter()
    .filter(|bound| !bound.marks.is_empty())
    .collect();
    sweep.crossings = crossings(&sweep.lines, &sweep.points);
}

/// One limit for all rows, and where each row passes it.
fn add_knees(sweep: &mut Sweep) {
    let Some(first) = sweep.points.first() else {
        return;
    };
    // What does another job gives no limit to those that do this one.
    let same_job = sweep.lines.iter().filter(|line| {
        let row = row_at(first, &line.name);
        row.is_some_and(|row| row.another_job.is_none())
    });
    sweep.limit = knee::limit(same_job, first.value);
    let Some(limit) = &sweep.limit else {
        return;
    };
    // The last size of a sweep that was interrupted has some of its rounds.
    let whole = match &*sweep.points {
        [whole @ .., _] if sweep.interrupted && !whole.is_empty() => whole,
        all => all,
    };
    let rounds = whole.iter().map(|point| point.results.rounds).min();
    for line in &mut sweep.lines {
        line.knee = knee::find(&line.marks, limit, rounds.unwrap_or(0));
    }
}

fn line(row: &Row, points: &[Point], latency: Option<Meaning>) -> Line {
    let marks: Vec<Mark> = points
        .iter()
        .filter_map(|point| mark(row_at(point, &row.name)?, point.value, latency))
        .collect();
    let end = points.iter().find_map(|point| {
        let (_, why) = point.ended.iter().find(|(name, _)| *name == row.name)?;
        Some(End {
            value: point.value,
            why: why.clone(),
        })
    });
    let told = points.iter().filter_map(|point| {
        let ratio = to_one_core(row_at(point, &row.name)?, &point.results)?;
        Some(told(point, ratio))
    });
    Line {
        name: row.name.clone(),
        kind: row.kind,
        legacy: row.legacy,
        is_not_installed: row.is_not_installed,
        time: growth(&marks, Quantity::Time),
        cpu: growth(&marks, Quantity::Cpu),
        memory: growth(&marks, Quantity::Memory),
        to_one_core: told.collect(),
        marks,
        end,
        knee: None,
    }
}

/// The row of that name, where it held.
fn row_at<'a>(point: &'a Point, name: &str) -> Option<&'a Row> {
    let broke = point.ended.iter().any(|(ended, _)| ended == name);
    let row = point.results.rows.iter().find(|row| row.name == name);
    row.filter(|_| !broke)
}

fn mark(row: &Row, value: u64, latency: Option<Meaning>) -> Option<Mark> {
    let cpu = row.samples.iter().map(|sample| {
        let usage = sample.usage;
        (usage.user_nanos + usage.system_nanos) as f64
    });
    let memory = row
        .samples
        .iter()
        .filter_map(|s| Some(s.memory?.peak as f64));
    let p99 = row.samples.iter().filter_map(|sample| {
        let nanos = sample.latency.as_ref()?.at(latency?, knee::PERCENT)?;
        Some(P99 {
            round: sample.round,
            nanos,
            is_of_load: sample.facts.is_of_load,
        })
    });
    Some(Mark {
        value,
        time: row.summary.as_ref()?.time,
        cpu: estimate(&cpu.collect::<Vec<_>>())?,
        memory: estimate(&memory.collect::<Vec<_>>()),
        p99: p99.collect(),
    })
}

fn growth(marks: &[Mark], quantity: Quantity) -> Option<Growth> {
    let points: Vec<_> = marks
        .iter()
        .filter_map(|mark| Some((mark.value as f64, quantity.of(mark)?)))
        .collect();
    fit(&points)
}

fn floors(results: &ModelResults) -> Vec<f64> {
    results.floors.iter().map(|f| f.nanos as f64).collect()
}

fn one_core(results: &ModelResults) -> Vec<f64> {
    let floors = results.floors.iter();
    floors.filter_map(|f| Some(f.one_core? as f64)).collect()
}

fn bound(name: &str, of: fn(&ModelResults) -> Vec<f64>, points: &[Point]) -> Bound {
    let marks = points
        .iter()
        .filter_map(|point| Some((point.value, median(&of(&point.results))?)));
    Bound {
        name: name.to_owned(),
        marks: marks.collect(),
    }
}

/// The row's time ÷ that of one core, round by round; `None` unless every round has both.
fn to_one_core(row: &Row, results: &ModelResults) -> Option<Estimate> {
    let one_core = one_core(results);
    if one_core.len() != results.rounds {
        return None;
    }
    let ratios: Vec<f64> = row
        .samples
        .iter()
        .filter_map(|sample| Some(sample.nanos as f64 / one_core.get(sample.round)?))
        .filter(|ratio| ratio.is_finite())
        .collect();
    estimate(&ratios)
}

fn told(point: &Point, ratio: Estimate) -> Told {
    Told {
        value: point.value,
        ratio,
        verdict: verdict(&ratio, point.results.resolution),
    }
}

fn crossings(lines: &[Line], points: &[Point]) -> Vec<Crossing> {
    let mut crossings = Vec::new();
    for (index, first) in lines.iter().enumerate() {
        for second in &lines[index + 1..] {
            let ratios = points.iter().filter_map(|point| {
                let first = row_at(point, &first.name)?;
                let second = row_at(point, &second.name)?;
                Some(told(point, summary::ratio(first, second)?))
            });
            let ratios: Vec<Told> = ratios.collect();
            crossings.extend(crossing::find(&first.name, &second.name, &ratios));
        }
        crossings.extend(crossing::find(&first.name, ONE_CORE, &first.to_one_core));
    }
    crossings.sort_by(|a, b| a.value.total_cmp(&b.value));
    crossings
}
