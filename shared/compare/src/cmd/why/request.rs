//! The command line of `compare why`.

use std::{ffi::OsString, time::Duration};

use anyhow::{Context, Result};
use clap::{ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};
use measure::model::{AnyJob, AnyModel, Contestant};
use test_fixtures::{Misuse, whole};

use crate::{
    cmd::compare::leave_out,
    job_arguments::with_defaults,
    models::{self, MODELS},
    options::{Form, Options},
};

/// What of a comparison's options counting has.
const TAKEN: &[&str] = &["variants", "reference", "time_limit", "with", "json"];

/// What is to be counted.
pub(crate) struct Request {
    pub(super) model: &'static dyn AnyModel,
    pub(super) contestants: Vec<Contestant>,
    pub(super) reference: String,
    /// How often each job is counted.
    pub(super) repeats: u32,
    pub(super) time_limit: Duration,
    pub(super) form: Form,
    /// What the flag that sets the items is set to in the smaller job.
    pub(super) size: u64,
    /// The user's words but for that flag.
    words: Vec<OsString>,
}

/// Two jobs.
pub(super) struct Jobs {
    pub(super) small: Box<dyn AnyJob>,
    pub(super) large: Box<dyn AnyJob>,
    /// How many items the large one has more.
    pub(super) items: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Counting")]
struct Why {
    /// How often each job is counted, so that it shows whether counts are repeatable
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = whole::<u32>(1..=100))]
    repeats: u32,
}

/// Reads the words after `compare why`.
pub(crate) fn parse(words: &[OsString]) -> Result<Request> {
    let first = words.first().and_then(|word| word.to_str());
    let Some(model) = first.and_then(models::find) else {
        return Err(match first {
            Some("-h" | "--help") => help().into(),
            Some(name) if !name.starts_with('-') => models::unknown_model(name).into(),
            _ => Misuse::new("write the model first: compare why MODEL").into(),
        });
    };
    let given = &words[1..];
    let matches = command(model)
        .no_binary_name(true)
        .try_get_matches_from(given)?;
    let Some(flag) = model.counted().first() else {
        let name = model.name();
        let why = format!("{name} has no items whose costs could be counted one by one");
        return Err(Misuse(why).into());
    };
    ensure_taken(&matches)?;
    let options = Options::read(&matches)?;
    let (mut contestants, mut reference) = options.contestants(model)?;
    let job = model.job(&matches)?;
    leave_out(model.name(), &*job, &mut contestants, &mut reference)?;
    let id = flag.trim_start_matches('-');
    let mut raw = matches.get_raw(id).into_iter().flatten();
    let size = raw.next_back().and_then(|size| size.to_str()?.parse().ok());
    let mut request = Request {
        model,
        contestants,
        reference,
        repeats: Why::from_arg_matches(&matches)?.repeats,
        time_limit: options.time_limit,
        form: options.form,
        size: size.context("the flag of the items takes a number")?,
        words: without(given, flag),
    };
    // What is wrong with the larger job is found before anything is counted.
    let jobs = request.jobs(request.size)?;
    if jobs.items == 0 {
        let why = format!(
            "{flag} {size} is no item to count; write {flag} 1 or more",
            size = request.size
        );
        return Err(Misuse(why).into());
    }
    request
        .contestants
        .iter_mut()
        .for_each(Contestant::make_ready);
    Ok(request)
}

impl Request {
    /// The job with so many items, and the one with twice as many.
    pub(super) fn jobs(&self, size: u64) -> Result<Jobs> {
        let (small, large) = (self.job(size)?, self.job(size.saturating_mul(2))?);
        let items = large.size()?.saturating_sub(small.size()?);
        Ok(Jobs {
            small,
            large,
            items,
        })
    }

    fn job(&self, size: u64) -> Result<Box<dyn AnyJob>> {
        let flag = self.model.counted()[0];
        // Before the user's words, which may end in `--` and names.
        let field = [flag.to_owned(), size.to_string()].map(OsString::from);
        let words = field.into_iter().chain(self.words.iter().cloned());
        let matches = command(self.model)
            .no_binary_name(true)
            .try_get_matches_from(words)?;
        self.model.job(&matches)
    }
}

/// The words without a flag and its value.
fn without(words: &[OsString], flag: &str) -> Vec<OsString> {
    let joined = format!("{flag}=");
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some(word) if word == flag => drop(words.next()),
            Some(word) if word.starts_with(&joined) => {}
            _ => kept.push(word.clone()),
        }
    }
    kept
}

/// A comparison's options that mean nothing here.
fn ensure_taken(matches: &ArgMatches) -> Result<(), Misuse> {
    let all = Options::augment_args(Command::new("why"));
    let given = all.get_arguments().find(|arg| {
        let id = arg.get_id().as_str();
        let source = matches.value_source(id);
        !TAKEN.contains(&id) && source == Some(ValueSource::CommandLine)
    });
    match given.and_then(|arg| arg.get_long()) {
        None => Ok(()),
        Some(flag) => Err(Misuse(format!(
            "compare why counts and takes no time, so it has no --{flag}; leave it out"
        ))),
    }
}

/// The model's flags, and how to count.
pub(crate) fn command(model: &dyn AnyModel) -> Command {
    let command = Command::new(model.name())
        .bin_name(format!("compare why {}", model.name()))
        .after_help(AFTER_HELP);
    let job = model.augment(Why::augment_args(command).next_help_heading("The job"));
    let command = Options::augment_args(with_defaults(job, model.counted()));
    command
        .mut_args(|arg| {
            let id = arg.get_id().as_str();
            let own = Options::augment_args(Command::new("why"));
            let is_ours = own.get_arguments().any(|one| one.get_id() == id);
            let is_hidden = is_ours && !TAKEN.contains(&id);
            arg.hide(is_hidden)
        })
        .mut_arg("json", |arg| arg.help("Print JSON instead of a table"))
        .about(format!("What an item of {} costs, counted", model.name()))
        .args_override_self(true)
}

const AFTER_HELP: &str = "\
strace counts system calls, valgrind's callgrind instructions, and an allocator of our own
allocations. Each counts a job and one with twice as many items; the difference is without
the start. What the columns mean: docs/src/why.md
";

fn help() -> clap::Error {
    let names: Vec<_> = MODELS
        .iter()
        .filter(|model| !model.counted().is_empty())
        .map(|model| model.name())
        .collect();
    let command = Command::new("why")
        .bin_name("compare why MODEL")
        .about("Count system calls, instructions and allocations an item of each row")
        .after_help(format!(
            "Models: {}. compare why MODEL --help has the model's fields",
            names.join(", ")
        ));
    let asked = Why::augment_args(command).try_get_matches_from_mut(["why", "--help"]);
    asked.expect_err("help is an error to clap")
}
