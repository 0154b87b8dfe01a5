//! One job, every runtime, side by side: the command line.

mod choose;
mod cmd;
mod command_line;
mod files;
mod job_arguments;
mod models;
mod options;
mod pairs;
mod versions;
mod workspace;

use std::{env, ffi::OsString, process::ExitCode};

use anyhow::Result;
use test_fixtures::{exit_code, guard, interrupt, print};

use crate::command_line::Request;

fn main() -> ExitCode {
    interrupt::unblock();
    let args: Vec<OsString> = env::args_os().collect();
    // What stands between this program and a program that it starts.
    if args.get(1).is_some_and(|word| word == "guard") {
        let guarded = guard(args.into_iter().skip(2));
        return exit_code("compare", guarded.map(|()| true));
    }
    // A trial, or a pool's worker, of one of the models: nothing of a comparison.
    if args.get(1).is_some_and(|word| word == "model") {
        return model(&args[2..]);
    }
    match command_line::parse(&args) {
        Ok(Request::Run(model, words)) => cmd::run::run(model, words),
        request => {
            // Without it, a signal ends the program where an error would have its line.
            drop(interrupt::outlive_file_limit());
            exit_code("compare", request.and_then(answer))
        }
    }
}

/// Does what was asked for. False if something came out badly.
fn answer(request: Request) -> Result<bool> {
    match request {
        Request::Compare(asked, options) => return cmd::compare::run(asked, &options),
        Request::Diff(diff) => return cmd::diff::run(&diff),
        Request::Exercise(exercise) => return cmd::exercise::run(&exercise),
        Request::Faults(faults) => return cmd::faults::run(&faults),
        Request::Site(site) => return cmd::site::run(&site),
        Request::Splice(splice) => return cmd::splice::run(&splice),
        Request::Sweep(sweep) => return cmd::sweep::run(sweep),
        Request::Why(why) => return cmd::why::run(&why),
        Request::Choose(choose) => cmd::choose::run(&choose)?,
        Request::Completions(completions) => {
            cmd::completions::run(&completions, command_line::whole())?;
        }
        Request::How(how) => cmd::how::run(&how)?,
        Request::Keep(keep) => cmd::keep::run(&keep)?,
        Request::List(list) => cmd::list::run(&list)?,
        Request::Merge(merge) => cmd::merge::run(&merge)?,
        Request::Peers(peers) => cmd::peers::run(&peers)?,
        Request::Report(report) => cmd::report::run(&report)?,
        Request::Take(take) => cmd::take::run(&take)?,
        Request::Text(text) => print(&text)?,
        Request::Run(..) => unreachable!("a demo ends the program by itself"),
    }
    Ok(true)
}

fn model(args: &[OsString]) -> ExitCode {
    let name = args.first().and_then(|name| name.to_str());
    match models::named(name.unwrap_or_default()) {
        Ok(model) => model.main(&mut args[1..].iter().cloned()),
        Err(error) => exit_code("compare", Err(error.into())),
    }
}
