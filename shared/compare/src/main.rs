//! One job, every runtime, side by side: rounds of checked trials, and what they say.

mod command_line;
mod diff;
mod export;
mod faults;
mod host;
mod models;
mod noise;
mod options;
mod peers;
mod progress;
mod report;
mod results;
mod rounds;
mod statistics;
mod summary;
mod table;
mod timeline;

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use test_fixtures::{Misuse, Settings, interrupt, one_line};

use crate::{
    command_line::{Asked, Request},
    host::Host,
    options::{Form, Options},
    progress::Progress,
    results::Results,
    rounds::{Field, Plan, run},
    table::{Style, render},
};

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    // A trial, or a pool's worker, of one of the models: nothing of a comparison.
    if args.get(1).is_some_and(|word| word == "model") {
        return model(&args[2..]);
    }
    let request = match command_line::parse(&args) {
        Ok(Request::Text(text)) => return exit(print(&text).map(|()| true)),
        Ok(request) => request,
        Err(error) => return exit(Err(error)),
    };
    exit(
        interrupt::listen()
            .map_err(Into::into)
            .and_then(|()| match request {
                Request::Compare(asked, options) => compare(asked, &options),
                Request::Faults(models, variants) => faults::run(&models, &variants),
                Request::Peers => peers::install().map(|()| true),
                Request::Diff(model, left, right) => {
                    let left = (&*left, model.source(&left)?);
                    let right = (&*right, model.source(&right)?);
                    print(&diff::render(left, right)).map(|()| true)
                }
                Request::Report(from, to) => {
                    let text = report::page(&export::read(&from)?);
                    export::write_file(&to, &text)?;
                    print(&format!("report: {}\n", to.display())).map(|()| true)
                }
                Request::Text(_) => unreachable!("texts are printed above"),
            }),
    )
}

fn model(args: &[OsString]) -> ExitCode {
    let name = args
        .first()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    match models::find(name) {
        Some(model) => model.main(&mut args[1..].iter().cloned()),
        None => exit(Err(command_line::unknown_model(name).into())),
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
        export::prepare(directory)?;
    }
    let plan = Plan {
        rounds: options.rounds(),
        budget: options.budget / fields.len() as u32,
        settings: Settings {
            time_limit: options.time_limit,
            ..Settings::default()
        },
        seed: 1,
    };
    let started = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    let mut results = Results {
        version: results::VERSION,
        command: env::args().collect(),
        started: started.as_secs(),
        host: Host::here(),
        interrupted: false,
        models: Vec::new(),
    };
    if results.host.profile == "debug" {
        eprintln!("this is a debug build: its figures mean little; add --release");
    }
    let progress = Progress::new();
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    let mut done = 0;
    for field in fields {
        progress.begin(field.name);
        let run = run(&field, &plan, &progress);
        if options.form == Form::Tables && run.results.rounds > 0 {
            let text = render(&run.results, Style::Terminal);
            progress.suspend(|| print(&(text + "\n")))?;
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
    match options.form {
        Form::Tables => {
            if let Some(directory) = &directory {
                let [json, page] =
                    [export::JSON, export::PAGE].map(|f| directory.join(f));
                let (json, page) = (json.display(), page.display());
                print(&format!("results: {json}\nreport: {page}\n"))?;
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

fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("standard output")
}

fn exit(result: Result<bool>) -> ExitCode {
    if let Some(signal) = interrupt::received() {
        return signal.exit_code();
    }
    let error = match result {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::FAILURE,
        Err(error) => error,
    };
    let closed = error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    });
    let clap = error.downcast_ref::<clap::Error>();
    let misuse = clap.is_some() || error.chain().any(|cause| cause.is::<Misuse>());
    if !closed {
        match clap {
            Some(error) => eprintln!("compare: {}", one_line(error)),
            None => eprintln!("compare: {error:#}"),
        }
    }
    ExitCode::from(if misuse { 2 } else { 1 })
}
