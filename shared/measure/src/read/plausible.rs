//! Which figures are plausible, beyond the file's form. Others may have written the file,
//! and no figure in it is shown as a fact that can't be one.

use std::collections::BTreeSet;

use test_fixtures::{Fact, Value};

use crate::{
    host::Host,
    latency::RowLatency,
    results::{ModelResults, Results, Row, Sample, Summary, Timeline},
    statistics::Estimate,
    sweep::{
        knee::{Knee, Range},
        results::{Line, Sweep},
    },
};

/// Nanoseconds that nothing takes: a hundred days.
const NANOS: u64 = 1 << 53;
/// Bytes that no machine has.
const BYTES: u64 = 1 << 50;
/// More than any counter reaches: switches of a process, rounds, cores.
const COUNT: u64 = 1 << 50;
/// A ratio that means nothing.
const RATIO: f64 = 1e15;
/// A difference between equal rows that no round shows.
const RESOLUTION: f64 = 1e3;
/// Processes that wait for a core: more than a system has.
const LOAD: f64 = 1e7;
/// What a check counts or measures is less: all of it is printed without an exponent.
const FACT: u64 = 1 << 53;
/// Pieces of work, or lanes, beyond those that are kept.
const PIECES: usize = 100_000;

/// Looks at all figures, and for what stands there twice.
pub(super) fn check(results: &Results) -> Result<(), String> {
    at_most("the start", results.started, 1 << 40)?;
    check_host(&results.host)?;
    unique("model", results.models.iter().map(|model| &*model.name))?;
    for model in &results.models {
        check_model(model).map_err(|why| format!("{}: {why}", model.name))?;
    }
    Ok(())
}

/// The same for a sweep.
pub(super) fn check_sweep(sweep: &Sweep) -> Result<(), String> {
    at_most("the start", sweep.started, 1 << 40)?;
    check_host(&sweep.host)?;
    rising("size", sweep.points.iter().map(|point| point.value))?;
    for point in &sweep.points {
        let at = |why| format!("{} {}: {why}", sweep.field, point.value);
        check_model(&point.results).map_err(at)?;
    }
    unique("line", sweep.lines.iter().map(|line| &*line.name))?;
    for line in &sweep.lines {
        check_line(line).map_err(|why| format!("{}: {why}", line.name))?;
    }
    let Some(limit) = &sweep.limit else {
        return Ok(());
    };
    number("the limit", limit.nanos, f64::MIN_POSITIVE, NANOS as f64)?;
    match sweep.lines.iter().any(|line| line.name == limit.row) {
        true => Ok(()),
        false => Err(format!("{:?} gives the limit, and is no line", limit.row)),
    }
}

fn check_line(line: &Line) -> Result<(), String> {
    rising("size", line.marks.iter().map(|mark| mark.value))?;
    for mark in &line.marks {
        let value = mark.value;
        estimate("the time", &mark.time)?;
        rising("round", mark.p99.iter().map(|one| one.round as u64))
            .map_err(|why| format!("p99 at {value}: {why}"))?;
        for one in &mark.p99 {
            at_most("the round", one.round as u64, 1_000_000)?;
            number("p99", one.nanos as f64, 1.0, NANOS as f64)?;
        }
    }
    line.knee.as_ref().map_or(Ok(()), check_knee)
}

fn check_knee(knee: &Knee) -> Result<(), String> {
    let end = |end: Option<f64>| number("the knee", end.unwrap_or(1.0), 0.0, RATIO);
    for Range { from, to } in [Some(knee.rate), knee.interval].into_iter().flatten() {
        end(from)?;
        end(to)?;
        if let Some((from, to)) = from.zip(to).filter(|(from, to)| from > to) {
            return Err(format!("the knee is from {from} to {to}"));
        }
    }
    match knee.at_once.max(knee.never) > knee.rounds {
        true => Err(format!("{} rounds have no such knee", knee.rounds)),
        false => Ok(()),
    }
}

fn check_host(host: &Host) -> Result<(), String> {
    at_most("the cores", host.cores as u64, 1 << 20)?;
    at_most("the machine's memory", host.memory, BYTES)?;
    number("the load", host.load, 0.0, LOAD)
}

fn check_model(model: &ModelResults) -> Result<(), String> {
    at_most("the rounds", model.rounds as u64, 1_000_000)?;
    number("the trials of a round", model.trials as f64, 1.0, 1e3)?;
    for floor in &model.floors {
        at_most("a floor", floor.nanos, NANOS)?;
        for other in &floor.others {
            at_most("a floor of some rows", other.nanos, NANOS)?;
        }
        at_most("a floor on one core", floor.one_core.unwrap_or(0), NANOS)?;
        at_most("a deadline", floor.deadline.unwrap_or(0), NANOS)?;
    }
    for noise in &model.noise {
        at_most("a round", noise.nanos, NANOS)?;
        number("what was stolen", noise.steal, 0.0, 1.0)?;
        number("the load", noise.load, 0.0, LOAD)?;
    }
    if let Some(noisy) = model.noisy.iter().find(|noisy| noisy.round >= model.rounds) {
        return Err(format!(
            "round {} of {} is noisy",
            noisy.round, model.rounds
        ));
    }
    if let Some(resolution) = model.resolution {
        number("the resolution", resolution, 1.0, RESOLUTION)?;
    }
    unique("row", model.rows.iter().map(|row| &*row.name))?;
    let is_row = |name: &&str| model.rows.iter().any(|row| row.name == **name);
    if !is_row(&&*model.reference) {
        return Err(format!(
            "{:?} is the reference, and no row",
            model.reference
        ));
    }
    let tied = model
        .ties
        .iter()
        .flat_map(|(first, second)| [&**first, &**second]);
    if let Some(name) = tied.into_iter().find(|name| !is_row(name)) {
        return Err(format!("{name:?} is a tie, and no row"));
    }
    if let Some(decided) = &model.decided {
        number("the chance of error", decided.tail, 0.0, 0.5)?;
        let mut named = decided.undecided.iter();
        let is_no_pair = |(a, b): &&(String, String)| !(is_row(&&**a) && is_row(&&**b));
        if let Some((first, second)) = named.find(is_no_pair) {
            return Err(format!(
                "{first:?} and {second:?} are undecided, and no rows"
            ));
        }
    }
    for row in &model.rows {
        check_row(row, model.rounds).map_err(|why| format!("{}: {why}", row.name))?;
    }
    Ok(())
}

fn check_row(row: &Row, rounds: usize) -> Result<(), String> {
    let mut done = BTreeSet::new();
    for sample in &row.samples {
        check_sample(sample).map_err(|why| format!("round {}: {why}", sample.round))?;
        if !done.insert(sample.round) {
            return Err(format!("round {} stands there twice", sample.round));
        }
    }
    if let Some(round) = row.failures.keys().find(|round| done.contains(round)) {
        return Err(format!("round {round} both failed and did not"));
    }
    // The last one may have been interrupted.
    let last = done.last().max(row.failures.keys().last());
    if let Some(round) = last.filter(|round| **round > rounds) {
        return Err(format!("round {round} of {rounds}"));
    }
    if let Some(summary) = &row.summary {
        check_summary(summary, &row.samples)?;
    }
    row.timeline.as_ref().map_or(Ok(()), check_timeline)
}

fn check_sample(sample: &Sample) -> Result<(), String> {
    if sample.nanos == 0 {
        return Err("no time at all".to_owned());
    }
    at_most("the time", sample.nanos, NANOS)?;
    let usage = sample.usage;
    at_most("the time in user mode", usage.user_nanos, NANOS << 10)?;
    at_most("the time in the kernel", usage.system_nanos, NANOS << 10)?;
    at_most("voluntary switches", usage.voluntary_switches, COUNT)?;
    at_most("involuntary switches", usage.involuntary_switches, COUNT)?;
    if let Some(memory) = sample.memory {
        at_most("the memory", memory.before.max(memory.peak), BYTES)?;
        if !memory.may_be() {
            let (before, peak) = (memory.before, memory.peak);
            return Err(format!(
                "the memory is {peak} at the most, and {before} before"
            ));
        }
    }
    if let Some(latency) = &sample.latency {
        for one in latency.service.iter().chain(&latency.response) {
            number("a percentile", one.percent, 0.0, 100.0)?;
            at_most("the latency of an item", one.nanos, NANOS)?;
        }
    }
    if let Some(done) = sample.facts.done.filter(|done| done.items > done.of) {
        return Err(format!("{} of {} were done", done.items, done.of));
    }
    at_most(
        "what is due",
        sample.facts.done.map_or(0, |done| done.of),
        FACT,
    )?;
    // Of the other facts some may be more than is due: that is what they are there to show.
    let is_ok = |fact: &&Fact| fact.name == "ok";
    if let Some(ok) = sample.facts.seen.iter().find(is_ok)
        && let (Value::Count(count), Some(of)) = (&ok.value, ok.of)
        && *count > of
    {
        return Err(format!("{count} of {of} are ok"));
    }
    sample.facts.seen.iter().try_for_each(check_fact)
}

fn check_fact(fact: &Fact) -> Result<(), String> {
    let name = format!("{:?}", fact.name);
    at_most(
        &format!("what is due of {name}"),
        fact.of.unwrap_or(0),
        FACT,
    )?;
    match fact.value {
        Value::Number(value) => number(&name, value, 0.0, FACT as f64),
        Value::Count(count) => at_most(&name, count, FACT),
        Value::Text(_) => Ok(()),
    }
}

fn check_summary(summary: &Summary, samples: &[Sample]) -> Result<(), String> {
    let times = || samples.iter().map(|sample| sample.nanos as f64);
    let (least, most) = (times().reduce(f64::min), times().reduce(f64::max));
    let (Some(least), Some(most)) = (least, most) else {
        return Err("a summary of no samples".to_owned());
    };
    number("the median of the times", summary.time.median, least, most)?;
    estimate("the time", &summary.time)?;
    for (what, ratio) in [
        ("the ratio to the floor", &summary.to_floor),
        ("the ratio to the reference", &summary.to_reference),
    ] {
        ratio
            .as_ref()
            .map_or(Ok(()), |ratio| estimate(what, ratio))?;
    }
    if let Some(RowLatency { of_load, .. }) = &summary.latency
        && *of_load > samples.len()
    {
        let trials = samples.len();
        return Err(format!("{of_load} of {trials} trials are the load's own"));
    }
    let latency = summary.latency.iter();
    for tail in latency.flat_map(|all| all.service.iter().chain(&all.response)) {
        number("a percentile", tail.percent, 0.0, 100.0)?;
        estimate("the latency of items", &tail.time)?;
        if let Some(ratio) = &tail.to_reference {
            estimate("the ratio of the latency of items", ratio)?;
        }
    }
    let usages = || samples.iter().map(|sample| sample.usage);
    let cpu = usages().map(|it| (it.user_nanos + it.system_nanos) as f64);
    among("the time of all cores", Some(summary.cpu), cpu)?;
    let switches =
        usages().map(|it| (it.voluntary_switches + it.involuntary_switches) as f64);
    among("the switches", Some(summary.switches), switches)?;
    let memory = samples.iter().filter_map(|sample| sample.memory);
    among(
        "the memory",
        summary.memory,
        memory.map(|memory| memory.peak as f64),
    )
}

/// A median lies among what it is one of.
fn among(
    what: &str,
    median: Option<f64>,
    all: impl Iterator<Item = f64> + Clone,
) -> Result<(), String> {
    let ends = all.clone().reduce(f64::min).zip(all.reduce(f64::max));
    match (median, ends) {
        (None, _) => Ok(()),
        (Some(median), Some((least, most))) => {
            number(what, median, least, most).map_err(|_| {
                format!("{what} is {median:e}, and in its samples {least:e} to {most:e}")
            })
        }
        (Some(_), None) => Err(format!("{what} is one of no samples")),
    }
}

fn check_timeline(timeline: &Timeline) -> Result<(), String> {
    at_most("the timeline", timeline.nanos, NANOS)?;
    let (lanes, bars) = (timeline.lanes.len(), timeline.bars.len());
    if lanes.max(bars) > PIECES {
        return Err(format!("{bars} pieces of work on {lanes} lanes"));
    }
    at_most(
        "the number of pieces not kept",
        timeline.left_out as u64,
        COUNT,
    )?;
    for bar in &timeline.bars {
        if bar.lane >= lanes {
            return Err(format!(
                "a piece of work is on lane {} of {lanes}",
                bar.lane
            ));
        }
        if bar.end < bar.start {
            return Err(format!(
                "a piece of work from {} to {} ns",
                bar.start, bar.end
            ));
        }
        at_most("the end of a piece of work", bar.end, NANOS)?;
    }
    Ok(())
}

fn estimate(what: &str, estimate: &Estimate) -> Result<(), String> {
    let Estimate { median, interval } = *estimate;
    let (low, high) = interval.unwrap_or((median, median));
    number(what, median, f64::MIN_POSITIVE, NANOS as f64)?;
    number(what, low, f64::MIN_POSITIVE, median)?;
    number(what, high, median, f64::INFINITY)?;
    number(what, high, 0.0, NANOS as f64)
}

fn at_most(what: &str, value: u64, most: u64) -> Result<(), String> {
    match value > most {
        true => Err(format!("{what} is {value}, which can't be")),
        false => Ok(()),
    }
}

fn number(what: &str, value: f64, least: f64, most: f64) -> Result<(), String> {
    match value.is_finite() && (least..=most).contains(&value) {
        true => Ok(()),
        // Of 1e308 all digits would be printed.
        false if value.abs() > RATIO => {
            Err(format!("{what} is {value:e}, which can't be"))
        }
        false => Err(format!("{what} is {value}, which can't be")),
    }
}

/// Numbers in order, each once.
fn rising(what: &str, numbers: impl Iterator<Item = u64>) -> Result<(), String> {
    let mut last = None;
    for number in numbers {
        if last.is_some_and(|last| last >= number) {
            return Err(format!("the {what} {number} is not behind the one before"));
        }
        last = Some(number);
    }
    Ok(())
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() || name.contains(char::is_control) {
            return Err(format!("{name:?} is no name"));
        }
        if !seen.insert(name) {
            return Err(format!("the {what} {name:?} stands there twice"));
        }
    }
    Ok(())
}
