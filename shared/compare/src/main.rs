//! One job, every runtime, side by side: rounds of checked trials, and what they say.

mod change;
mod cmd;
mod command_line;
mod comparison;
mod difference;
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
mod pairs;
mod peers;
mod progress;
mod read;
mod report;
mod requirement;
mod results;
mod rounds;
#[cfg(test)]
mod simulation;
mod statistics;
mod summary;
mod sweep;
mod table;
mod taken;
mod terminal;
mod timeline;
mod words;

use std::{env, ffi::OsString, process::ExitCode};

use anyhow::Result;
use clap_complete::Shell;
use test_fixtures::{exit_code, interrupt, print};

use crate::command_line::Request;

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
        Request::Compare(asked, options) => comparison::run(asked, &options),
        Request::Faults(models, variants) => faults::run(&models, &variants),
        Request::Sweep(sweep) => sweep::run(sweep),
        Request::Peers => peers::install().map(|()| true),
        Request::Diff(diff) => cmd::diff::run(&diff),
        Request::Report(from, to) => {
            export::whole(&to, &report::page(&read::results(&from)?), "--out")?;
            print(&format!("report: {}\n", to.display())).map(|()| true)
        }
        Request::Take(take) => cmd::take::run(&take).map(|()| true),
        Request::Merge(files) => merge::run(&files).map(|()| true),
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

/// A script for the shell, which knows every model with its flags.
fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command_line::whole(), "compare", &mut script);
    String::from_utf8(script).expect("completions are text")
}
