//! A model's own command line: its job on every variant, and the trial protocol.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;
use clap::{ArgMatches, CommandFactory, FromArgMatches, parser::ValueSource};

use crate::{
    Misuse, Model, Program, child,
    exit::{exit_code, print},
    guard::{self, guard},
    interrupt, scarcity, with_negatives,
};

use arguments::Subcommands;

pub use arguments::Demo;
pub use names::{name, source, unknown};

mod arguments;
mod names;
mod row;
mod show;

/// The main function of a model's own program.
pub fn demo<M: Model>() -> ExitCode {
    demo_from::<M>(M::NAME, &[], std::env::args_os().skip(1))
}

/// The same in a program that speaks for several models. `name` is what its user writes
/// for this one, `prefix` the arguments with which it starts itself as one, and `args`
/// those that follow.
pub fn demo_from<M: Model>(
    name: &str,
    prefix: &[&str],
    args: impl Iterator<Item = OsString>,
) -> ExitCode {
    interrupt::unblock();
    scarcity::listen(M::NAME);
    // Without it, a signal ends the program where an error would have its line.
    drop(interrupt::outlive_file_limit());
    M::begin();
    let mut args = args.peekable();
    if args.next_if(|word| word == guard::WORD).is_some() {
        return exit_code(M::NAME, guard(args).map(|()| true));
    }
    let parsed = with_negatives(command::<M>(name))
        .try_get_matches_from(std::iter::once(M::NAME.into()).chain(args))
        .and_then(|matches| Ok((Demo::from_arg_matches(&matches)?, of_trials(&matches))));
    let (demo, of_trials): (Demo<M::Args>, _) = match parsed {
        Ok(parsed) => parsed,
        Err(error) if !error.use_stderr() => {
            return exit_code(M::NAME, print(&error.to_string()).map(|()| true));
        }
        Err(error) => return exit_code(M::NAME, Err(error.into())),
    };
    exit_code(M::NAME, demo.run::<M>(prefix, of_trials))
}

/// What a program does that has a function for this model, and no list of variants: an
/// exercise. It speaks for the model behind the words of `prefix`, with which its workers are
/// started, and `words` are those that follow: `guard …`, `trial NAME` or `worker …`.
///
/// # Errors
/// The words are others, or `run` fails.
pub fn speak<M: Model>(
    prefix: &[&str],
    words: &[OsString],
    run: fn(&M::Job) -> Result<M::Output>,
) -> Result<()> {
    Program::current(prefix)?.remember();
    let name = words.get(1).and_then(|name| name.to_str());
    match (words.first().and_then(|word| word.to_str()), name) {
        (Some("trial"), Some(name)) => child::trial_of::<M>(name, run),
        (Some("worker"), _) => M::worker(&words[1..]),
        _ => Err(Misuse::new("it knows guard, trial and worker").into()),
    }
}

/// A flag that was given and that only trials have a use for.
fn of_trials(matches: &ArgMatches) -> Option<&'static str> {
    let is_given = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
    [("all", "--all"), ("time_limit", "--time-limit")]
        .into_iter()
        .find_map(|(id, flag)| is_given(id).then_some(flag))
}

/// A model's command line, as `demo_from` reads it.
pub fn command<M: Model>(name: &str) -> clap::Command {
    Demo::<M::Args>::command()
        .name(M::NAME)
        .bin_name(name)
        .about(M::ABOUT)
        .after_help(examples::<M>(name))
        .args_override_self(true)
}

/// What stands at the end of the help.
fn examples<M: Model>(name: &str) -> String {
    let [first, .., last] = M::variants() else {
        return String::new();
    };
    let mut text = format!(
        "Examples:\n  {name} --variants {},{}\n  {name} source {}\n",
        first.name, last.name, first.name
    );
    for words in M::EXAMPLES.iter().chain(M::DIRECT_EXAMPLES) {
        text += &format!("  {name} {words}\n");
    }
    text
}

impl<A: clap::Args> Demo<A> {
    fn run<M: Model<Args = A>>(
        self,
        prefix: &[&str],
        of_trials: Option<&str>,
    ) -> Result<bool> {
        let program = Program::current(prefix)?;
        program.remember();
        match &self.command {
            Some(Subcommands::Trial { variant }) => {
                child::trial(names::of_trial::<M>(variant)?)?;
                Ok(true)
            }
            Some(Subcommands::Floor) => child::floor::<M>().map(|()| true),
            Some(Subcommands::Worker { words }) => M::worker(words).map(|()| true),
            Some(Subcommands::List) => print(&names::list::<M>()).map(|()| true),
            Some(Subcommands::Source { variant }) => {
                print(source::<M>(variant)?).map(|()| true)
            }
            None => match (M::direct(&self.args), of_trials) {
                (Some(_), Some(flag)) => {
                    let why =
                        format!("{flag} is for trials, and this is none: leave it out");
                    Err(Misuse(why).into())
                }
                (Some(direct), None) => {
                    direct(&self.args, names::one::<M>(&self.variants)?)
                }
                (None, _) => self.show::<M>(&program),
            },
        }
    }
}
