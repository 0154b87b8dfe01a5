//! `compare sweep`: one model's job over a range of sizes, each with its rounds.
//!
//! Where `compare MODEL` reports who is faster at one size, a sweep reports how each
//! grows, where one passes another, where one breaks, and at which rate its tail leaves
//! the floor.

mod grid;
mod request;

use std::{path::Path, time::Instant};

use anyhow::Result;
use measure::{
    host::Host,
    progress::Progress,
    results::ModelResults,
    rounds::{self, Plan, Run},
    sweep::{
        analysis,
        results::{self, Point, Sweep},
    },
};
use report::{
    sweep::{forms, table},
    table::Style,
};
use test_fixtures::{Settings, interrupt, print, print_json, shown, tell};

use crate::{
    files::{prepare, write_all},
    options::Form,
};

pub(crate) use self::request::{Request, command, parse};

/// The file with the charts.
const PAGE: &str = "sweep.html";

/// Sweeps and prints. False if a line ended early, a trial failed, or it was interrupted.
pub(crate) fn run(request: Request) -> Result<bool> {
    interrupt::listen()?;
    let directory = request.options.directory();
    prepare(&directory, "--out")?;
    let form = request.options.form;
    let sizes = request.jobs.len();
    let sweep = measure(request);
    // Without a size there is nothing to keep, and there may be an older sweep.
    if sweep.points.is_empty() {
        let model = &sweep.model;
        tell(format_args!(
            "interrupted: {model} before its first size was done; nothing was written"
        ));
        return Ok(false);
    }
    write(&directory, &sweep)?;
    match form {
        Form::Tables => {
            let mut text = table::render(&sweep, Style::Terminal);
            let page = shown(&directory.join(PAGE).to_string_lossy());
            text += &format!("\ncharts: {page}\n");
            print(&text)?;
        }
        Form::Json => print_json(&forms::json(&sweep)?)?,
        Form::Csv => print(&forms::csv(&sweep))?,
        Form::Markdown => print(&forms::markdown(&sweep))?,
    }
    if sweep.interrupted {
        let done = sweep.points.len();
        tell(format_args!(
            "interrupted: {} at size {done} of {sizes} over {}",
            sweep.model, sweep.field
        ));
        return Ok(false);
    }
    // A peer that isn't installed is no failure of this sweep.
    let rows = sweep.points.iter().flat_map(|point| &point.results.rows);
    Ok(rows
        .filter(|row| !row.is_not_installed)
        .all(|row| row.failures.is_empty()))
}

/// The rounds of every size, smallest first. A contestant that fails is not tried at
/// larger sizes.
fn measure(request: Request) -> Sweep {
    let Request {
        model,
        over,
        args,
        jobs,
        percentiles,
        options,
    } = request;
    let mut sweep = Sweep {
        version: results::VERSION,
        command: measure::results::command(),
        started: measure::results::now(),
        host: Host::here(jobs.iter().flat_map(|job| &job.contestants)),
        interrupted: false,
        model: model.name().to_owned(),
        about: model.about().to_owned(),
        field: over.name(),
        args: args.iter().map(|arg| shown(arg)).collect(),
        latency: None,
        limit: None,
        points: Vec::new(),
        lines: Vec::new(),
        bounds: Vec::new(),
        crossings: Vec::new(),
    };
    sweep.host.warn_of_debug_build();
    let progress = Progress::shown();
    let clock = Instant::now();
    let sizes = jobs.len();
    for (index, (&value, mut field)) in over.values.iter().zip(jobs).enumerate() {
        let ended = |name: &str| {
            let mut ends = sweep.points.iter().flat_map(|point| &point.ended);
            ends.any(|(ended, _)| ended == name)
        };
        field.contestants.retain(|one| !ended(&one.name));
        let Some(first) = field.contestants.first() else {
            break;
        };
        // The reference gives each size its resolution, so there must always be one.
        if ended(&field.reference) {
            field.reference = first.name.clone();
        }
        let place = format!(
            "{}={}, {} of {sizes}",
            over.field,
            over.given(value),
            index + 1
        );
        progress.begin_point(&format!("{} {place}", sweep.model));
        let left = options.budget.saturating_sub(clock.elapsed());
        let plan = Plan {
            rounds: options.rounds(),
            until: None,
            budget: left / (sizes - index) as u32,
            settings: Settings {
                time_limit: options.time_limit,
                spans: percentiles,
                ..Settings::default()
            },
            seed: options.seed,
            timelines: false,
        };
        let run = rounds::run(&field, &plan, &progress);
        sweep.interrupted = run.interrupted;
        if run.results.rows.iter().any(|row| !row.samples.is_empty()) || !run.interrupted
        {
            sweep.points.push(point(value, run));
        }
        if sweep.interrupted {
            break;
        }
    }
    drop(progress);
    analysis::add(&mut sweep);
    sweep
}

fn point(value: u64, run: Run) -> Point {
    let Run {
        mut results,
        interrupted,
        left_out,
    } = run;
    // They are the same at every size, and a sweep's page shows none.
    for row in &mut results.rows {
        if let Some(source) = &mut row.source {
            // Its place stays, since it shows what runs it.
            source.text.clear();
            source.parts.clear();
            source.needs.clear();
        }
        row.pairs.clear();
    }
    let why = |results: &ModelResults, name: &str| {
        // Under its second name, the reference may break as well.
        let row = results.rows.iter().find(|row| row.name == name)?;
        let without = row.samples.is_empty() && !interrupted;
        let broke = without || left_out.contains(name);
        let why = row.failures.values().last()?;
        broke.then(|| why.clone())
    };
    let names = results.rows.iter().map(|row| &row.name);
    let ended = names
        .filter_map(|name| Some((name.clone(), why(&results, name)?)))
        .collect();
    Point {
        value,
        results,
        ended,
    }
}

/// Writes every form into the directory. A file is there whole or as it was before.
fn write(directory: &Path, sweep: &Sweep) -> Result<()> {
    write_all(
        directory,
        &[
            ("sweep.json", forms::json(sweep)?),
            ("sweep.csv", forms::csv(sweep)),
            ("sweep.md", forms::markdown(sweep)),
            (PAGE, forms::html(sweep)),
        ],
    )
}
