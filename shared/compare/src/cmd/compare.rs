//! `compare`, and `compare MODEL`: a comparison from its start to its files.

use std::{path::Path, time::Instant};

use anyhow::Result;
use clap::ArgMatches;
use measure::{
    host::Host,
    looks::{self, Looks},
    model::{AnyJob, AnyModel, Contestant},
    progress::Progress,
    results::{self, ModelResults, Results, Row},
    rounds::{self, Field, Plan},
};
use report::{
    findings, forms, latency, notes,
    overview::{self, Overview},
    survey,
    table::{Style, legend, render},
    terminal,
    timeline::picture::{self, Look},
    watch,
};
use test_fixtures::{
    Misuse, Settings, interrupt, local, print, print_coloured, print_json, shown, tell,
    wrap,
};

use crate::{
    files,
    options::{Form, Options},
};

/// One model that is to be compared, with its job.
pub(crate) struct Asked {
    pub(crate) model: &'static dyn AnyModel,
    pub(crate) matches: ArgMatches,
    pub(crate) args: Vec<String>,
}

/// Compares and prints. False if a trial failed, nothing ran or the comparison was interrupted.
pub(crate) fn run(asked: Vec<Asked>, options: &Options) -> Result<bool> {
    let mut fields = asked
        .into_iter()
        .map(|asked| field(asked, options))
        .collect::<Result<Vec<_>>>()?;
    let directory = options.directory();
    files::prepare(&directory, "--out")?;
    if let Some(directory) = &options.trace {
        files::prepare(directory, "--trace")?;
    }
    // What is built is told, so nothing may be wrong with what was asked for.
    let contestants = fields.iter_mut().flat_map(|field| &mut field.contestants);
    contestants.for_each(Contestant::make_ready);
    // Not before: the code above reads, builds and computes without looking for a signal,
    // so until here the default action of Ctrl-C ends the program.
    interrupt::listen()?;
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    let (results, printed) = measure(fields, options);
    // Without a whole round there is nothing to keep, and there may be older results.
    let is_kept = results.models.iter().any(|model| model.rounds > 0);
    if is_kept {
        files::write(&directory, &results)?;
        printed?;
        print_rest(&results, options, &directory)?;
    }
    if results.interrupted {
        tell(interrupted_line(&results, &names, is_kept));
        return Ok(false);
    }
    // A peer that isn't installed is no failure of this comparison, if there are other rows.
    let is_as_it_can_be = |row: &Row| row.failures.is_empty() || row.is_not_installed;
    Ok(results.models.iter().all(|model| {
        let mut rows = model.rows.iter();
        rows.clone().all(is_as_it_can_be) && rows.any(|row| !row.is_not_installed)
    }))
}

/// The rounds of every model, each with its findings as soon as they are known. Where these
/// can't be printed it is over, as if it were interrupted: what was measured is not lost.
fn measure(fields: Vec<Field>, options: &Options) -> (Results, Result<()>) {
    let mut plan = Plan {
        rounds: options.rounds(),
        until: options.until_decided.then(Looks::doubling),
        budget: options.budget,
        settings: Settings {
            time_limit: options.time_limit,
            ..Settings::default()
        },
        seed: options.seed,
        timelines: true,
    };
    let mut results = Results {
        version: results::VERSION,
        command: results::command(),
        started: results::now(),
        host: Host::here(fields.iter().flat_map(|field| &field.contestants)),
        interrupted: false,
        models: Vec::new(),
    };
    results.host.warn_of_debug_build();
    let progress = match options.watch {
        true => Progress::drawn(watch::picture),
        false => Progress::shown(),
    };
    let (clock, models) = (Instant::now(), fields.len());
    for (index, field) in fields.into_iter().enumerate() {
        // What a model needs beyond its part, or leaves of it, the later ones share.
        let left = options.budget.saturating_sub(clock.elapsed());
        plan.budget = left / (models - index) as u32;
        // Without items there is nothing to record, and recording takes time.
        plan.settings.spans = options.percentiles && field.item.is_some();
        progress.begin(field.name, index, models);
        let run = rounds::run(&field, &plan, &progress);
        results.interrupted = run.interrupted;
        let mut printed = Ok(());
        if options.form == Form::Tables && run.results.rounds > 0 {
            printed =
                progress.suspend(|| print_model(&run.results, &results.host, options));
        }
        if let Some(sentence) = looks::sentence(&run.results) {
            progress.suspend(|| tell(sentence));
        }
        results.models.push(run.results);
        if printed.is_err() {
            results.interrupted = true;
            return (results, printed);
        }
        if run.interrupted {
            break;
        }
    }
    (results, Ok(()))
}

/// A model's table if it is wanted, its timelines if they are, and its findings.
fn print_model(model: &ModelResults, host: &Host, options: &Options) -> Result<()> {
    if options.shows_tables() {
        print(&(render(model, &host.packages, Style::Terminal) + "\n"))?;
    }
    if let Some(latency) = latency::text(model, terminal::width()) {
        print(&(latency + "\n"))?;
    }
    if options.timeline {
        print(&(picture::render(model, Look::here()) + "\n"))?;
    }
    if let Some(survey) = survey::text(model, terminal::width()) {
        print(&(survey + "\n"))?;
    }
    print_findings(model)
}

/// Prints where the files are, or the results in the form that was asked for.
fn print_rest(results: &Results, options: &Options, directory: &Path) -> Result<()> {
    let traces = match &options.trace {
        Some(directory) => Some((directory, files::traces(directory, results)?)),
        None => None,
    };
    match options.form {
        Form::Tables => {
            if options.shows_tables() {
                print(&(legend(&results.models, Style::Terminal) + "\n"))?;
            }
            for line in notes::not_run(results) {
                print(&(wrap(&local(&line), terminal::width(), 2) + "\n"))?;
            }
            let path = |file| directory.join(file);
            let (json, page) = (path(files::JSON), path(files::PAGE));
            let [json, page] = [json, page].map(|path| shown(&path.to_string_lossy()));
            print(&format!("results: {json}\nreport: {page}\n"))?;
            if let Some((directory, files)) = traces {
                let directory = shown(&directory.to_string_lossy());
                print(&format!(
                    "traces: {files} files in {directory}, for https://ui.perfetto.dev\n"
                ))?;
            }
            match options.shows_overview() {
                true => print_overview(results),
                false => Ok(()),
            }
        }
        Form::Json => print_json(&forms::json(results)?),
        Form::Csv => print(&forms::csv(results)),
        Form::Markdown => print(&forms::markdown(results)),
    }
}

/// A model's findings as one paragraph, and a blank line.
pub(crate) fn print_findings(model: &ModelResults) -> Result<()> {
    let found = local(&findings::paragraph(model)).into_owned();
    print(&(wrap(&found, terminal::width(), 2) + "\n\n"))
}

/// Models beside each other. It is the last that is printed, since it is the answer.
pub(crate) fn print_overview(results: &Results) -> Result<()> {
    let Some(overview) = Overview::of(results) else {
        return Ok(());
    };
    let text = overview::text(&overview, terminal::width(), terminal::takes_colour());
    print_coloured(&format!("\n{text}"))
}

/// "interrupted: locks after 3 whole rounds; not started: semaphores".
fn interrupted_line(results: &Results, names: &[&str], is_kept: bool) -> String {
    let begun = results.models.len();
    let rounds = results.models.last().map_or(0, |model| model.rounds);
    let name = names[begun - 1];
    let left = match &names[begun..] {
        [] => String::new(),
        left => format!("; not started: {}", left.join(", ")),
    };
    let nothing = if is_kept { "" } else { "; nothing was written" };
    format!("interrupted: {name} after {rounds} whole rounds{left}{nothing}")
}

/// What is compared, or what is wrong with what was asked for.
fn field(asked: Asked, options: &Options) -> Result<Field> {
    let Asked {
        model,
        matches,
        args,
    } = asked;
    if let (Err(why), true) = (model.item(), options.percentiles) {
        tell(format!("{} has no percentiles: {why}", model.name()));
    }
    let (mut contestants, mut reference) = options.contestants(model)?;
    let job = model.job(&matches)?;
    for one in &mut contestants {
        one.runner = job.runner(one);
    }
    leave_out(model.name(), &*job, &mut contestants, &mut reference)?;
    Ok(Field {
        name: model.name(),
        about: model.about(),
        description: job.describe()?,
        args,
        pair: model.pair(),
        trials: model.trials(),
        item: model.item().ok(),
        job,
        contestants,
        reference,
    })
}

/// Leaves out the contestants that the job doesn't concern, and reports that. Where the
/// reference is one of them, the first of the others takes its place.
pub(crate) fn leave_out(
    model: &str,
    job: &dyn AnyJob,
    contestants: &mut Vec<Contestant>,
    reference: &mut String,
) -> Result<()> {
    let mut left_out = Vec::new();
    for one in std::mem::take(contestants) {
        match job.concerns(one.variant())? {
            true => contestants.push(one),
            false => left_out.push(one.name),
        }
    }
    if left_out.is_empty() {
        return Ok(());
    }
    let names = left_out.join(", ");
    let line = format!("{model}: left out, since the job doesn't concern them: {names}");
    let Some(first) = contestants.first() else {
        return Err(Misuse::new(line).into());
    };
    if left_out.contains(reference) {
        reference.clone_from(&first.name);
    }
    tell(line);
    Ok(())
}
