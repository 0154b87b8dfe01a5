//! How to compare, and which contestants.

use std::{
    env,
    ffi::OsString,
    io::{self, IsTerminal},
    path::PathBuf,
    time::Duration,
};

use anyhow::Result;
use clap::{ArgMatches, Args, FromArgMatches};
use measure::model::{AnyModel, Contestant};
use test_fixtures::{Misuse, Runner, Status, deadline, duration, name, unknown, whole};

use crate::{
    versions::{self, Versions, versions},
    workspace::workspace,
};

/// How to compare, and where to put what comes of it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The comparison")]
pub(crate) struct Options {
    /// Only these variants or peers, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = name)]
    pub(crate) variants: Vec<String>,
    /// The variant that ratios are to [default: the first]
    #[arg(long, value_name = "NAME", value_parser = name)]
    reference: Option<String>,
    /// Exactly so many rounds
    #[arg(long, value_parser = whole::<u32>(1..=10_000))]
    #[arg(conflicts_with = "budget", value_name = "N")]
    rounds: Option<u32>,
    /// How long the rounds of all models may take together; at least six are run
    #[arg(long, default_value = "44s", value_parser = duration)]
    #[arg(value_name = "TIME")]
    pub(crate) budget: Duration,
    /// Show how long the items of a job took, as percentiles
    #[arg(long)]
    pub(crate) percentiles: bool,
    /// Draw the rounds of one model as they come in, on a terminal
    #[arg(long)]
    pub(crate) watch: bool,
    /// Go on until every two rows are told apart or alike within 5 %, or --rounds, the
    /// --budget or 256 rounds are reached
    #[arg(long)]
    pub(crate) until_decided: bool,
    /// Chooses the orders in which the rounds go; the same seed, the same orders
    #[arg(long, default_value_t = 1, value_name = "N")]
    #[arg(value_parser = whole::<u64>(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// When to kill a trial
    #[arg(long, default_value = "30s", value_parser = deadline)]
    #[arg(value_name = "TIME")]
    pub(crate) time_limit: Duration,
    /// Compare a program of your own that speaks the trial protocol (docs/src/protocol.md)
    #[arg(long, value_name = "NAME=COMMAND")]
    with: Vec<String>,
    /// Build the model once for each of these versions of a package, and compare the builds;
    /// one version alone is compared with the one here
    #[arg(long, value_name = "PACKAGE=VERSIONS", value_parser = versions)]
    versions: Vec<Versions>,
    /// Print every model's table, not only what was found
    #[arg(long, conflicts_with_all = ["json", "csv", "markdown"])]
    tables: bool,
    /// Print JSON instead of tables
    #[arg(long, conflicts_with_all = ["csv", "markdown"])]
    json: bool,
    /// Print a line of CSV a trial instead of tables
    #[arg(long, conflicts_with = "markdown")]
    csv: bool,
    /// Print tables in Markdown
    #[arg(long)]
    markdown: bool,
    /// Where report.html and results.json, .csv and .md go [default: target/compare]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draw each variant's timeline below its table
    #[arg(long, conflicts_with_all = ["json", "csv", "markdown"])]
    pub(crate) timeline: bool,
    /// Where each variant's timeline goes as a file for Perfetto
    #[arg(long, value_name = "DIR")]
    pub(crate) trace: Option<PathBuf>,
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

impl Options {
    /// The options of a comparison of every model.
    pub(crate) fn of_all(matches: &ArgMatches) -> Result<Self> {
        let mut options = Self::read(matches)?;
        options.is_of_all = true;
        if !options.with.is_empty() {
            let why = "--with needs a model: compare MODEL --with NAME=COMMAND";
            return Err(Misuse::new(why).into());
        }
        if !options.versions.is_empty() {
            let why = "--versions needs a model: compare MODEL --versions tokio=1.45.0";
            return Err(Misuse::new(why).into());
        }
        if options.watch {
            let why = "--watch needs a model: compare MODEL --watch";
            return Err(Misuse::new(why).into());
        }
        Ok(options)
    }

    /// What is drawn again and again needs a terminal that can go back.
    pub(crate) fn ensure_terminal(&self) -> Result<()> {
        let is_dumb = env::var_os("TERM").is_some_and(|name| name == "dumb");
        if self.watch && (is_dumb || !io::stderr().is_terminal()) {
            let why = "--watch draws on a terminal, and standard error is none; leave it \
                       out, and the table shows what came of the rounds";
            return Err(Misuse::new(why).into());
        }
        Ok(())
    }

    /// What has no items has no percentiles of them.
    pub(crate) fn ensure_items(&self, model: &dyn AnyModel) -> Result<()> {
        match model.item() {
            Err(why) if self.percentiles => {
                let name = model.name();
                let why = format!("{name} has no --percentiles: {why}; leave it out");
                Err(Misuse::new(why).into())
            }
            _ => Ok(()),
        }
    }

    /// The options of a comparison of one model.
    pub(crate) fn read(matches: &ArgMatches) -> Result<Self> {
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
    pub(crate) fn chooses_from(&self, model: &dyn AnyModel) -> bool {
        let asked = |name: &&str| self.variants.iter().any(|asked| asked == name);
        self.variants.is_empty() || model.names().iter().any(asked)
    }

    /// Whether each model's table is printed: of all models on request.
    pub(crate) fn shows_tables(&self) -> bool {
        self.tables || !self.is_of_all
    }

    /// Whether the models are laid beside each other at the end.
    pub(crate) fn shows_overview(&self) -> bool {
        self.is_of_all
    }

    /// The exact number of rounds, if one was asked for.
    pub(crate) fn rounds(&self) -> Option<usize> {
        self.rounds.map(|rounds| rounds as usize)
    }

    /// Where files go: below the workspace for a user who is in it, below the current
    /// directory for others.
    pub(crate) fn directory(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(directory_of_results)
    }

    /// The contestants of the model that were asked for, those that the user brought, and
    /// the name of the reference.
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
        let known = |name: &str| match names.iter().any(|known| known == name) {
            true => Ok(()),
            false => Err(no_variant(model, name, &names)),
        };
        if !self.is_of_all {
            self.variants.iter().try_for_each(|name| known(name))?;
        }
        // A variant with its version is known by the variant.
        let reference = self.reference.as_deref().map(|name| match &*self.versions {
            [] => name,
            _ => name.split('@').next().unwrap_or(name),
        });
        reference.map_or(Ok(()), known)?;
        let brought: Vec<_> = self
            .with
            .iter()
            .filter_map(|w| w.split('=').next())
            .collect();
        all.retain(|one| {
            self.variants.is_empty()
                || self.variants.contains(&one.name)
                || reference == Some(&one.name)
                || brought.contains(&&*one.name)
        });
        if let Some(asked) = self.versions.first() {
            if self.versions.len() > 1 {
                let why = "--versions: one package at a time, or nobody could say which made \
                           the difference";
                return Err(Misuse::new(why).into());
            }
            all = versions::on_each(model, all, asked, !self.variants.is_empty())?;
        }
        let reference = match &self.reference {
            None => first_installed(&all).name.clone(),
            Some(name) => {
                let is_it =
                    |one: &&Contestant| one.name == *name || one.variant() == name;
                let found = all.iter().find(is_it).map(|one| one.name.clone());
                let names: Vec<_> = all.iter().map(|one| one.name.clone()).collect();
                found.ok_or_else(|| no_variant(model, name, &names))?
            }
        };
        Ok((all, reference))
    }
}

/// Where files go that no `--out` names.
pub(crate) fn directory_of_results() -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    let root = workspace().filter(|root| here.starts_with(root));
    root.unwrap_or(here).join("target/compare")
}

/// The first that this machine can run; the first if it can't run any.
fn first_installed(all: &[Contestant]) -> &Contestant {
    all.iter().find(|one| one.runner.is_ok()).unwrap_or(&all[0])
}

fn no_variant(model: &dyn AnyModel, name: &str, names: &[String]) -> Misuse {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    unknown(&format!("{} has no variant", model.name()), name, &names)
}

/// The most characters of a name that the user gives: it stands in tables and plots.
const LONGEST_NAME: usize = 40;

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
    let length = name.chars().count();
    if length > LONGEST_NAME {
        return Err(Misuse(format!(
            "--with: a name has at most {LONGEST_NAME} characters, and this one has {length}"
        )));
    }
    Ok(Contestant {
        name: name.to_owned(),
        about: command.to_owned(),
        runtime: String::new(),
        status: Status::Current,
        another_job: None,
        is_peer: true,
        runner: Ok(Runner::Peer(words)),
        program: None,
        deviations: &[],
        source: None,
        pairs: Vec::new(),
    })
}
