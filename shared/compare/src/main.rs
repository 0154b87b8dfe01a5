//! One job, every runtime, side by side: rounds of checked trials, and what they say.

mod change;
mod command_line;
mod diff;
mod export;
mod faults;
mod host;
mod independent;
mod list;
mod merge;
#[cfg(test)]
mod mock;
mod models;
mod noise;
mod notes;
mod options;
mod peers;
mod progress;
mod read;
mod results;
mod rounds;
#[cfg(test)]
mod simulation;
mod statistics;
mod summary;
mod sweep;
mod table;
mod terminal;
mod timeline;
mod words;
mod wrap;

use std::{
    env,
    ffi::OsString,
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use clap_complete::Shell;
use test_fixtures::{Settings, exit_code, interrupt, print};

use crate::{
    command_line::{Asked, Request},
    host::Host,
    options::{Form, Options},
    progress::Progress,
    results::Results,
    rounds::{Field, Plan, run},
    table::{Style, render},
    timeline::picture::{self, Look},
};

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    // A trial, or a pool's worker, of one of the models: nothing of a comparison.
    if args.get(1).is_some_and(|word| word == "model") {
        return model(&args[2..]);
    }
    match command_line::parse(&args) {
        Ok(Request::Run(model, words)) => model.main(&mut words.into_iter()),
        request => exit_code("compare", request.and_then(answer)),
    }
}

/// Does what was asked for. False if something came out badly.
fn answer(request: Request) -> Result<bool> {
    interrupt::listen()?;
    match request {
        Request::Compare(asked, options) => compare(asked, &options),
        Request::Faults(models, variants) => faults::run(&models, &variants),
        Request::Sweep(sweep) => sweep::run(sweep),
        Request::Peers => peers::install().map(|()| true),
        Request::Diff(model, left, right) => {
            let left = (&*left, model.source(&left)?);
            let right = (&*right, model.source(&right)?);
            print(&diff::render(left, right)).map(|()| true)
        }
        Request::Changes(old, new) => change::run(&old, &new, print),
        Request::Merge(files) => merge::run(&files, print).map(|()| true),
        Request::List(true) => print(&list::json()?).map(|()| true),
        Request::List(false) => print(&list::text()).map(|()| true),
        Request::Completions(shell) => print(&completions(shell)).map(|()| true),
        Request::Text(text) => print(&text).map(|()| true),
        Request::Run(..) => unreachable!("a demo ends the program by itself"),
    }
}

fn model(args: &[OsString]) -> ExitCode {
    let name = args
        .first()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    match models::find(name) {
        Some(model) => model.main(&mut args[1..].iter().cloned()),
        None => exit_code("compare", Err(command_line::unknown_model(name).into())),
    }
}

/// Compares and prints. False if a trial failed or the comparison was interrupted.
fn compare(asked: Vec<Asked>, options: &Options) -> Result<bool> {
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
        started: seconds_since_1970(),
        host: Host::here(),
        interrupted: false,
        models: Vec::new(),
    };
    warn_of_debug_build(&results.host);
    let progress = Progress::new();
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    let mut done = 0;
    for field in fields {
        progress.begin(field.name);
        let run = run(&field, &plan, &progress);
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
                let file = directory.join(export::JSON);
                print(&format!("results: {}\n", file.display()))?;
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

/// A script for the shell, which knows every model with its flags.
fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command_line::whole(), "compare", &mut script);
    String::from_utf8(script).expect("completions are text")
}

fn seconds_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs()
}

fn warn_of_debug_build(host: &Host) {
    if host.profile == "debug" {
        eprintln!("this is a debug build: its figures mean little; add --release");
    }
}
