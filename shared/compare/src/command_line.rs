//! The command line of `compare`.

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use test_fixtures::Misuse;

use crate::{
    export,
    models::{self, AnyModel, MODELS},
    options::Options,
};

/// What is asked for.
pub(crate) enum Request {
    Compare(Vec<Asked>, Options),
    Faults(Vec<&'static dyn AnyModel>, Vec<String>),
    Peers,
    /// A model and two of its variants.
    Diff(&'static dyn AnyModel, String, String),
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
    let parsed = match models::find(first) {
        Some(model) => parse_model(model, &args[2..]),
        None => parse_top(args),
    };
    parsed.or_else(|error| match error.downcast::<clap::Error>() {
        Ok(error) if !error.use_stderr() => Ok(Request::Text(error.to_string())),
        Ok(error) => Err(error.into()),
        Err(error) => Err(error),
    })
}

/// `compare MODEL …`: the model's comparison, with the user's words after its own, which
/// they replace.
fn parse_model(model: &'static dyn AnyModel, words: &[OsString]) -> Result<Request> {
    let starts_from = model.comparison().join(" ");
    let command = Command::new(model.name())
        .bin_name(format!("compare {}", model.name()))
        .after_help(format!("A comparison starts from: {starts_from}"));
    let command = model
        .augment(Options::augment_args(command))
        .about(model.about())
        .args_override_self(true);
    let name = OsString::from(model.name());
    let own = model.comparison().iter().map(OsString::from);
    let all = own.chain(words.iter().cloned());
    let matches =
        command.try_get_matches_from(std::iter::once(name).chain(all.clone()))?;
    let options = Options::read(&matches)?;
    let args = all
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
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
    let mut command = Command::new("compare")
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true);
    command = Options::augment_args(command)
        .about("One job, every runtime, side by side: compares every model, or one")
        .mut_arg("with", |arg| arg.hide(true));
    for model in MODELS {
        command = command.subcommand(Command::new(model.name()).about(model.about()));
    }
    let command = command
        .subcommand(
            Faults::augment_args(Command::new("faults")).about(
                "Hold every case against every variant: models x variants x cases",
            ),
        )
        .subcommand(
            Diff::augment_args(Command::new("diff")).about("Two variants side by side"),
        )
        .subcommand(
            Report::augment_args(Command::new("report"))
                .about("Write the report again from a results.json"),
        )
        .subcommand(Command::new("peers").about("Set up Python for the peers"));
    let matches = command.try_get_matches_from(args).map_err(|error| {
        let word = args
            .get(1)
            .and_then(|word| word.to_str())
            .unwrap_or_default();
        match error.kind() {
            clap::error::ErrorKind::InvalidSubcommand
            | clap::error::ErrorKind::UnknownArgument
                if !word.starts_with('-') =>
            {
                anyhow::Error::from(unknown_model(word))
            }
            _ => error.into(),
        }
    })?;
    match matches.subcommand() {
        None => {}
        Some(("peers", _)) => return Ok(Request::Peers),
        Some(("report", matches)) => {
            let Report { file, out } = Report::from_arg_matches(matches)?;
            let out = out.unwrap_or_else(|| file.with_file_name(export::PAGE));
            return Ok(Request::Report(file, out));
        }
        Some(("diff", matches)) => {
            let Diff { model, left, right } = Diff::from_arg_matches(matches)?;
            let model = models::find(&model).ok_or_else(|| unknown_model(&model))?;
            return Ok(Request::Diff(model, left, right));
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
        let words = model.comparison().iter().copied();
        let command = model.augment(Command::new(model.name()));
        let matches = command
            .args_override_self(true)
            .try_get_matches_from(std::iter::once(model.name()).chain(words))?;
        let args = model.comparison().iter().map(ToString::to_string).collect();
        Ok(Asked {
            model: *model,
            matches,
            args,
        })
    });
    Ok(Request::Compare(asked.collect::<Result<_>>()?, options))
}

#[derive(Debug, Args)]
struct Faults {
    /// Only these models
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Only these variants or peers, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    variants: Vec<String>,
}

#[derive(Debug, Args)]
struct Report {
    /// The results: a results.json that a comparison wrote
    file: PathBuf,
    /// Where the page goes [default: report.html beside the results]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Diff {
    /// The model
    model: String,
    /// The variant or peer on the left
    left: String,
    /// The variant or peer on the right
    right: String,
}

/// A name that none of the models has is a slip; one that only some have chooses.
fn known_somewhere(models: &[&dyn AnyModel], names: &[String]) -> Result<(), Misuse> {
    let has = |model: &&dyn AnyModel, name: &String| {
        model.contestants().iter().any(|one| one.name == *name)
    };
    match names
        .iter()
        .find(|name| !models.iter().any(|model| has(model, name)))
    {
        None => Ok(()),
        Some(name) => Err(Misuse(format!("no model has a variant {name:?}"))),
    }
}

fn is_model(word: &OsString) -> bool {
    word.to_str()
        .is_some_and(|word| models::find(word).is_some())
}

/// The model is not one of ours.
pub(crate) fn unknown_model(name: &str) -> Misuse {
    let names: Vec<_> = MODELS.iter().map(|model| model.name()).collect();
    Misuse(format!(
        "there is no model {name:?}; there are {}",
        names.join(", ")
    ))
}
