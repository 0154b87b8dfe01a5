//! A comparison from its start to its files.

use std::env;

use anyhow::Result;
use test_fixtures::{Settings, print};

use crate::{
    command_line::Asked,
    export,
    host::Host,
    options::{Form, Options},
    progress::Progress,
    results::{self, Results},
    rounds::{self, Field, Plan},
    table::{Style, render},
    timeline::picture::{self, Look},
};

/// Compares and prints. False if a trial failed or the comparison was interrupted.
pub(crate) fn run(asked: Vec<Asked>, options: &Options) -> Result<bool> {
    let fields = asked
        .into_iter()
        .map(|asked| field(asked, options))
        .collect::<Result<Vec<_>>>()?;
    let directory = options.directory();
    if let Some(directory) = &directory {
        export::prepare(directory, "--out")?;
    }
    if let Some(directory) = &options.trace {
        export::prepare(directory, "--trace")?;
    }
    let plan = Plan {
        rounds: options.rounds(),
        budget: options.budget / fields.len() as u32,
        settings: Settings {
            time_limit: options.time_limit,
            ..Settings::default()
        },
        seed: options.seed,
        timelines: true,
    };
    let mut results = Results {
        version: results::VERSION,
        command: env::args().collect(),
        started: results::now(),
        host: Host::here(),
        interrupted: false,
        models: Vec::new(),
    };
    results.host.warn_of_debug_build();
    let progress = Progress::new();
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    let mut done = 0;
    for field in fields {
        progress.begin(field.name);
        let run = rounds::run(&field, &plan, &progress);
        if options.form == Form::Tables && run.results.rounds > 0 {
            let mut text = render(&run.results, Style::Terminal) + "\n";
            if options.timeline {
                text += &picture::render(&run.results, Look::here());
                text.push('\n');
            }
            progress.suspend(|| print(&text))?;
        }
        results.models.push(run.results);
        results.interrupted = run.interrupted;
        if run.interrupted {
            break;
        }
        done += 1;
    }
    drop(progress);
    if let Some(directory) = &directory {
        export::write(directory, &results)?;
    }
    let traces = match &options.trace {
        Some(directory) => Some((directory, export::traces(directory, &results)?)),
        None => None,
    };
    match options.form {
        Form::Tables => {
            if let Some(directory) = &directory {
                let path = |file| directory.join(file);
                let (json, page) = (path(export::JSON), path(export::PAGE));
                let (json, page) = (json.display(), page.display());
                print(&format!("results: {json}\nreport: {page}\n"))?;
            }
            if let Some((directory, files)) = traces {
                let directory = directory.display();
                print(&format!(
                    "traces: {files} files in {directory}, for https://ui.perfetto.dev\n"
                ))?;
            }
        }
        Form::Json => print(&export::json(&results)?)?,
        Form::Csv => print(&export::csv(&results))?,
        Form::Markdown => print(&export::markdown(&results))?,
    }
    if results.interrupted {
        let rounds = results.models.last().map_or(0, |model| model.rounds);
        let left = match &names[done + 1..] {
            [] => String::new(),
            left => format!("; not started: {}", left.join(", ")),
        };
        eprintln!(
            "interrupted: {} after {rounds} whole rounds{left}",
            names[done]
        );
        return Ok(false);
    }
    Ok(results.models.iter().all(|model| {
        // A peer that isn't installed is no failure of this comparison.
        model
            .rows
            .iter()
            .all(|row| row.failures.is_empty() || row.is_not_installed)
    }))
}

/// What is compared, or what is wrong with what was asked for.
fn field(asked: Asked, options: &Options) -> Result<Field> {
    let Asked {
        model,
        matches,
        args,
    } = asked;
    let (contestants, reference) = options.contestants(model)?;
    let job = model.job(&matches)?;
    Ok(Field {
        name: model.name(),
        about: model.about(),
        description: job.describe()?,
        args,
        job,
        contestants,
        reference,
    })
}
