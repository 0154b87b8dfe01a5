//! The command line of `compare`.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use anyhow::Result;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use test_fixtures::{Misuse, Runner, Status};

use crate::{
    models::{self, AnyModel, Contestant, MODELS},
    peers,
};

/// What is asked for.
pub(crate) enum Request {
    Compare(Vec<Asked>, Options),
    Faults(Vec<&'static dyn AnyModel>, Vec<String>),
    Peers,
    /// A model and two of its variants.
    Diff(&'static dyn AnyModel, String, String),
    /// Help or a version: to be printed, and no error.
    Text(String),
}

/// One model that is to be compared, with its job.
pub(crate) struct Asked {
    pub(crate) model: &'static dyn AnyModel,
    pub(crate) matches: ArgMatches,
    pub(crate) args: Vec<String>,
}

/// How to compare, and where to put what comes of it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Comparison")]
pub(crate) struct Options {
    /// Only these variants or peers, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    variants: Vec<String>,
    /// The variant that ratios are to [default: the first]
    #[arg(long, value_name = "NAME")]
    reference: Option<String>,
    /// Exactly so many rounds
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    #[arg(conflicts_with = "budget", value_name = "N")]
    rounds: Option<u32>,
    /// How long the rounds of all models may take together; at least five are run
    #[arg(long, default_value = "44s", value_parser = humantime::parse_duration)]
    #[arg(value_name = "TIME")]
    pub(crate) budget: Duration,
    /// When to kill a trial
    #[arg(long, default_value = "30s", value_parser = humantime::parse_duration)]
    #[arg(value_name = "TIME")]
    pub(crate) time_limit: Duration,
    /// Compare a program of your own that speaks the trial protocol (docs/src/protocol.md)
    #[arg(long, value_name = "NAME=COMMAND")]
    with: Vec<String>,
    /// Print JSON instead of tables
    #[arg(long, conflicts_with_all = ["csv", "markdown"])]
    json: bool,
    /// Print a line of CSV a trial instead of tables
    #[arg(long, conflicts_with = "markdown")]
    csv: bool,
    /// Print tables in Markdown
    #[arg(long)]
    markdown: bool,
    /// Where results.json, results.csv and results.md go [default: target/compare]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[arg(skip)]
    pub(crate) form: Form,
    /// Whether all models are compared, so that a name chooses where it is known.
    #[arg(skip)]
    is_of_all: bool,
}

/// What is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    #[default]
    Tables,
    Json,
    Csv,
    Markdown,
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
    let mut options = Options::read(&matches)?;
    options.is_of_all = true;
    if !options.with.is_empty() {
        let why = "--with needs a model: compare MODEL --with NAME=COMMAND";
        return Err(Misuse::new(why).into());
    }
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
struct Diff {
    /// The model
    model: String,
    /// The variant or peer on the left
    left: String,
    /// The variant or peer on the right
    right: String,
}

impl Options {
    fn read(matches: &ArgMatches) -> Result<Self> {
        let mut options = Self::from_arg_matches(matches)?;
        options.form = match () {
            () if options.json => Form::Json,
            () if options.csv => Form::Csv,
            () if options.markdown => Form::Markdown,
            () => Form::Tables,
        };
        Ok(options)
    }

    /// Whether the model has any of the variants that were asked for.
    fn chooses_from(&self, model: &dyn AnyModel) -> bool {
        let asked = |one: &Contestant| self.variants.contains(&one.name);
        self.variants.is_empty() || model.contestants().iter().any(asked)
    }

    /// Exactly so many rounds, if that was asked for.
    pub(crate) fn rounds(&self) -> Option<usize> {
        self.rounds.map(|rounds| rounds as usize)
    }

    /// Where files go, if there is such a place.
    pub(crate) fn directory(&self) -> Option<PathBuf> {
        let own = || peers::workspace().map(|root| root.join("target/compare"));
        self.out.clone().or_else(own)
    }

    /// Those of the model who were asked for, those whom the user brought, and the name of
    /// the reference.
    pub(crate) fn contestants(
        &self,
        model: &dyn AnyModel,
    ) -> Result<(Vec<Contestant>, String)> {
        let mut all = model.contestants();
        for with in &self.with {
            let brought = brought(with)?;
            if all.iter().any(|one| one.name == brought.name) {
                let name = brought.name;
                let why = format!("--with {name:?}: there is one of that name already");
                return Err(Misuse(why).into());
            }
            all.push(brought);
        }
        let names: Vec<_> = all.iter().map(|one| one.name.clone()).collect();
        let known = |name: &String| match names.contains(name) {
            true => Ok(()),
            false => Err(Misuse(format!(
                "{} has no variant {name:?}; it has {}",
                model.name(),
                names.join(", ")
            ))),
        };
        if !self.is_of_all {
            self.variants.iter().try_for_each(known)?;
        }
        self.reference.iter().try_for_each(known)?;
        let brought: Vec<_> = self
            .with
            .iter()
            .filter_map(|w| w.split('=').next())
            .collect();
        all.retain(|one| {
            self.variants.is_empty()
                || self.variants.contains(&one.name)
                || self.reference.as_ref() == Some(&one.name)
                || brought.contains(&&*one.name)
        });
        let reference = self
            .reference
            .clone()
            .unwrap_or_else(|| all[0].name.clone());
        Ok((all, reference))
    }
}

/// A program that the user brought, as a shell takes it.
fn brought(with: &str) -> Result<Contestant, Misuse> {
    let parts = with
        .split_once('=')
        .filter(|(name, command)| !name.trim().is_empty() && !command.trim().is_empty());
    let Some((name, command)) = parts else {
        return Err(Misuse(format!("--with {with:?} is not NAME=COMMAND")));
    };
    let words = ["sh", "-c", command].map(OsString::from).to_vec();
    let plain = |c: char| c.is_alphanumeric() || "-_.<>".contains(c);
    if !name.chars().all(plain) {
        return Err(Misuse(format!(
            "--with {name:?}: a name is letters, digits, - and _"
        )));
    }
    Ok(Contestant {
        name: name.to_owned(),
        about: command.to_owned(),
        status: Status::Current,
        is_peer: true,
        runner: Ok(Runner::Peer(words)),
        deviations: &[],
        source: None,
    })
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
