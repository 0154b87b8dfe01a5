//! The command line of `compare`.

mod commands;
mod whole;

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use clap::{ArgMatches, Command, FromArgMatches};
use clap_complete::Shell;
use test_fixtures::{Misuse, unknown, with_negatives};

use self::commands::{Completions, Faults, List, Report, Run, of_model, top};
pub(crate) use self::{commands::with_defaults, whole::whole};
use crate::{
    cmd::{diff::Diff, take::Take},
    export,
    merge::Merge,
    models::{self, AnyModel, MODELS},
    options::Options,
    sweep, words,
};

/// What is asked for.
pub(crate) enum Request {
    Compare(Vec<Asked>, Options),
    Faults(Vec<&'static dyn AnyModel>, Vec<String>),
    Sweep(sweep::Request),
    Peers,
    /// A model's demo, with the words that follow.
    Run(&'static dyn AnyModel, Vec<OsString>),
    Diff(Diff),
    Merge(Merge),
    Take(Take),
    /// As JSON or as text.
    List(bool),
    Completions(Shell),
    /// The results to make a page of, and the page.
    Report(PathBuf, PathBuf),
    /// Help or a version: to be printed, and no error.
    Text(String),
}

/// One model that is to be compared, with its job.
pub(crate) struct Asked {
    pub(crate) model: &'static dyn AnyModel,
    pub(crate) matches: ArgMatches,
    pub(crate) args: Vec<String>,
}

/// Reads the command line, program name included.
pub(crate) fn parse(args: &[OsString]) -> Result<Request> {
    let first = args
        .get(1)
        .and_then(|word| word.to_str())
        .unwrap_or_default();
    let second = args.get(2).and_then(|word| word.to_str());
    let parsed = match (models::find(first), second.and_then(models::find)) {
        (Some(model), _) => parse_model(model, &args[2..]),
        (None, Some(model)) if first == "run" => {
            return Ok(Request::Run(model, args[3..].to_vec()));
        }
        (None, Some(model)) if first == "help" => {
            parse_model(model, &[OsString::from("--help")])
        }
        _ if first == "sweep" => sweep::parse(&args[2..]).map(Request::Sweep),
        _ if first == "help" && second == Some("sweep") => {
            // A model may follow, whose fields are then in the help.
            let words = args.iter().skip(3).cloned();
            let words: Vec<_> = words.chain([OsString::from("--help")]).collect();
            sweep::parse(&words).map(Request::Sweep)
        }
        _ => parse_top(args),
    };
    parsed.or_else(|error| match error.downcast::<clap::Error>() {
        Ok(error) if !error.use_stderr() => Ok(Request::Text(error.to_string())),
        Ok(error) => Err(error.into()),
        Err(error) => Err(error),
    })
}

/// `compare MODEL …`: the model's job, which starts from the comparison's size.
fn parse_model(model: &'static dyn AnyModel, words: &[OsString]) -> Result<Request> {
    let command = with_negatives(of_model(model).args_override_self(true));
    let line = std::iter::once(OsString::from(model.name())).chain(words.iter().cloned());
    let matches = command.try_get_matches_from(line)?;
    let options = Options::read(&matches)?;
    let args = words::of_job(model, &matches);
    Ok(Request::Compare(
        vec![Asked {
            model,
            matches,
            args,
        }],
        options,
    ))
}

fn parse_top(args: &[OsString]) -> Result<Request> {
    if let Some(name) = args.iter().skip(2).find(|word| is_model(word)) {
        let first = args[1].to_string_lossy();
        if first.starts_with('-') {
            let name = name.to_string_lossy();
            let why = format!("write the model first: compare {name} {first} …");
            return Err(Misuse(why).into());
        }
    }
    let command = top(|model| Command::new(model.name()).about(model.about()));
    let word = args
        .get(1)
        .and_then(|word| word.to_str())
        .unwrap_or_default();
    let is_ours = command.find_subcommand(word).is_some();
    let matches =
        command
            .try_get_matches_from(args)
            .map_err(|error| match error.kind() {
                clap::error::ErrorKind::InvalidSubcommand
                | clap::error::ErrorKind::UnknownArgument
                    if !word.starts_with('-') && !is_ours =>
                {
                    anyhow::Error::from(unknown_model(word))
                }
                _ => error.into(),
            })?;
    match matches.subcommand() {
        None => {}
        Some(("peers", _)) => return Ok(Request::Peers),
        Some(("run", matches)) => {
            return Err(unknown_model(&Run::from_arg_matches(matches)?.model).into());
        }
        Some(("report", matches)) => {
            let Report { file, out } = Report::from_arg_matches(matches)?;
            let out = out.unwrap_or_else(|| file.with_file_name(export::PAGE));
            return Ok(Request::Report(file, out));
        }
        Some(("diff", matches)) => {
            return Ok(Request::Diff(Diff::from_arg_matches(matches)?));
        }
        Some(("take", matches)) => {
            return Ok(Request::Take(Take::from_arg_matches(matches)?));
        }
        Some(("merge", matches)) => {
            return Ok(Request::Merge(Merge::from_arg_matches(matches)?));
        }
        Some(("list", matches)) => {
            return Ok(Request::List(List::from_arg_matches(matches)?.json));
        }
        Some(("completions", matches)) => {
            let Completions { shell } = Completions::from_arg_matches(matches)?;
            return Ok(Request::Completions(shell));
        }
        Some(("faults", matches)) => {
            let Faults { models, variants } = Faults::from_arg_matches(matches)?;
            let find =
                |name: &String| models::find(name).ok_or_else(|| unknown_model(name));
            let models = match models.is_empty() {
                true => MODELS.to_vec(),
                false => models.iter().map(find).collect::<Result<_, _>>()?,
            };
            known_somewhere(&models, &variants)?;
            return Ok(Request::Faults(models, variants));
        }
        Some(_) => unreachable!("a model that comes first is parsed by itself"),
    }
    let options = Options::of_all(&matches)?;
    known_somewhere(MODELS, &options.variants)?;
    let chosen = MODELS.iter().filter(|model| options.chooses_from(**model));
    let asked = chosen.map(|model| {
        let command = model.augment(Command::new(model.name()));
        let command = with_defaults(command, model.comparison());
        let matches = command.try_get_matches_from([model.name()])?;
        let args = words::of_job(*model, &matches);
        Ok(Asked {
            model: *model,
            matches,
            args,
        })
    });
    Ok(Request::Compare(asked.collect::<Result<_>>()?, options))
}

/// A name that none of the models has is a slip; one that only some have chooses.
fn known_somewhere(models: &[&dyn AnyModel], names: &[String]) -> Result<(), Misuse> {
    let known = whole::names(models);
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(unknown("no model has a variant", name, &known)),
    }
}

fn is_model(word: &OsString) -> bool {
    word.to_str()
        .is_some_and(|word| models::find(word).is_some())
}

/// The model is not one of ours.
pub(crate) fn unknown_model(name: &str) -> Misuse {
    let names: Vec<_> = MODELS.iter().map(|model| model.name()).collect();
    unknown("there is no model", name, &names)
}
